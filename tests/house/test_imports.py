"""Apps import downwards only, in code and in the relations of their models."""

import subprocess
import sys
from pathlib import Path

from django.apps import apps

from tests.house.source import APPS, ROOT

FLOORS = {name: floor for floor, name in enumerate(APPS)}


def test_imports_keep_their_direction():
    done = subprocess.run([str(Path(sys.executable).parent / "lint-imports")], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout


def floor(model):
    return FLOORS.get(model.__module__.partition(".")[0])


def test_models_relate_downwards_only():
    """Relations are named as strings, which the linter of imports does not see."""
    found, seen = [], 0
    for model in apps.get_models(include_auto_created=True):
        if floor(model) is None:
            continue
        for field in model._meta.get_fields():
            if field.is_relation and not field.auto_created and field.related_model and floor(field.related_model) is not None:
                seen += 1
                if floor(field.related_model) > floor(model):
                    found.append(f"{model._meta.label}.{field.name} → {field.related_model._meta.label}")

    assert seen > 50
    assert found == []


def test_calculations_know_nothing_of_django():
    calculations = [
        "risks/scoring.py",
        "risks/control_effect.py",
        "risks/old_evidence.py",
        "risks/scales.py",
        "risks/formulas.py",
        "risks/proof.py",
        "risks/quantification/__init__.py",
        "risks/quantification/together.py",
        "risks/quantification/attribution.py",
        "assets/discovery/matching.py",
        "portal/record/chain.py",
        "governance/together/alignment_terms.py",
        "governance/together/goal_standing.py",
        "governance/together/line_of_sight.py",
    ]
    script = "import sys, importlib\n" + "".join(
        f"importlib.import_module({name[:-3].replace('/', '.')!r})\n" for name in calculations
    )
    script += "assert 'django' not in sys.modules, 'a calculation imports Django'"

    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
