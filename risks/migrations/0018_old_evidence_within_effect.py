from django.db import migrations

# As it comes with Concord from now on. Where risks were scored, or an organisation gave the number to a version of its own, what
# its two leaders agreed on stays in force; they take the rule over by drafting a version.
VERSION_4 = '{"base_points": "3.0", "care_limit_points": "5.0", "control_limit_share": "0.15", "criticality_points": ["0.0", "1.0", "3.0", "5.0", "7.0"], "end_of_support_points": "4.0", "evidence_old_steps": [[1, "1.0"], [61, "2.0"]], "exploited_points": "6.0", "highest_points": "100.0", "indicator_limit_points": "6.0", "indicator_points": "2.0", "lowest_points": "0.0", "old_evidence_within_effect": true, "reachability_points": ["0.0", "3.0", "5.5", "8.0"], "review_late_steps": [[1, "1.0"], [31, "2.0"], [61, "3.0"], [91, "4.0"], [181, "5.0"]], "safety_zone_points": "3.5", "treatment_late_steps": [[1, "1.0"], [31, "2.0"], [91, "3.0"]], "unproven_operating_share": "0.5", "version": 4}'


def bring_in(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO risks_formulaversion (number, parameters, reason, drafted_at, in_force_at, version)
            SELECT 4, %s::jsonb, '', now(), now(), 1
            WHERE NOT EXISTS (SELECT FROM risks_risk)
              AND NOT EXISTS (SELECT FROM risks_formulaversion WHERE number >= 4)
            """,
            [VERSION_4],
        )


class Migration(migrations.Migration):

    dependencies = [
        ('risks', '0017_gate_waivers'),
    ]

    operations = [
        migrations.RunPython(bring_in, migrations.RunPython.noop),
    ]
