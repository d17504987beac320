"""What we write as OSCAL is read by others without error."""

import json

import pytest

from governance.compliance import frameworks, mappings, oscal_out, profiles, ratings
from governance.compliance.models import Framework, Requirement
from risks import controls
from tests.factories.risks import make_control
from tests.house.world import BACKEND


@pytest.fixture
def analyst(person):
    return person("ANALYST")


def written(document, tmp_path):
    path = tmp_path / "document.json"
    path.write_text(json.dumps(document))
    return path


def test_trestle_reads_our_controls(company, analyst, tmp_path):
    from trestle.oscal.component import ComponentDefinition  # takes seconds to import

    frameworks.add_shipped()
    control = make_control(unit=company.northfield)
    later = make_control(unit=company.northfield, state="PLANNED")
    gone = make_control(unit=company.northfield)
    for one in (later, gone):
        mappings.add(one, Requirement.objects.get(framework__key="iso-27001", identifier="A.7.2"), "EQUAL", actor=analyst)
    controls.retire(gone, actor=analyst, reason="Old")
    for key, identifier in (("iec-62443-3-3", "FR 1"), ("iso-27001", "A.7.1"), ("iso-27001", "4.1"), ("nist-csf", "GV.OC-01")):
        requirement = Requirement.objects.get(framework__key=key, identifier=identifier)
        mappings.add(control, requirement, "SUBSET", actor=analyst, note="")

    found = {}
    for framework in Framework.objects.all():
        path = written(oscal_out.component_definition(framework, analyst), tmp_path)
        read = ComponentDefinition.oscal_read(path)
        found[framework.key] = [
            one.control_id
            for each in read.components or ()
            for implementation in each.control_implementations
            for one in implementation.implemented_requirements
        ]

    assert found == {
        "iec-62443-3-3": ["FR-1"],
        "iso-27001": ["_4.1", "A.7.1"],
        "nist-csf": ["GV.OC-01"],
        "cisa-secure-by-design": [],
    }


def test_trestle_reads_what_the_offices_found(company, analyst, client, person, tmp_path):
    from trestle.oscal.assessment_results import AssessmentResults  # takes seconds to import

    frameworks.add_shipped()
    profile = profiles.open_one(Framework.objects.get(key="nist-csf"), company.root, actor=analyst)
    assert AssessmentResults.oscal_read(written(oscal_out.assessment_results(profile), tmp_path)).results[0].findings is None
    owner, cio, ciso = person("OWNER"), person("CIO"), person("CISO")
    rated = zip(profile.practices.order_by("requirement__place")[:4], (3, 1, 0, 3), (2, 2, None, None), strict=True)
    for practice, level, target in rated:
        profiles.aim(practice, actor=owner, version=None, owner="BOTH", target_level=target, note="By spring")
        ratings.rate(practice, "IT", level, actor=cio)
        ratings.rate(practice, "SECURITY", 3, actor=ciso, reason="Seen")
    client.force_login(analyst, backend=BACKEND)

    answer = client.get(f"/governance/profiles/{profile.pk}/oscal/")

    read = AssessmentResults.oscal_read(written(answer.json(), tmp_path)).results[0]
    assert [(one.target.target_id, one.target.status.state.value) for one in read.findings] == [
        ("GV.OC-01", "satisfied"),
        ("GV.OC-02", "not-satisfied"),
        ("GV.OC-03", "not-satisfied"),  # nobody said how well it should be done
        ("GV.OC-04", "not-satisfied"),
    ]
    assert len(read.observations) == 8
    assert oscal_out.assessment_results(profile)["assessment-results"]["uuid"] == answer.json()["assessment-results"]["uuid"]
