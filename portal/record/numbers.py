"""The numbers people say aloud, like R-0017, drawn from Postgres sequences."""

from django.db import connection

SEQUENCES = {
    "A": "asset_number",
    "AP": "pattern_number",
    "BP": "board_pack_number",
    "C": "control_number",
    "CH": "planned_change_number",
    "CN": "concern_number",
    "D": "decision_number",
    "E": "exception_number",
    "I": "initiative_number",
    "G": "goal_number",
    "K": "indicator_number",
    "L": "spend_line_number",
    "EX": "exercise_number",
    "INC": "incident_number",
    "R": "risk_number",
    "RP": "response_plan_number",
    "T": "treatment_number",
}


def draw(letter: str, count: int = 1) -> list[str]:
    """`count` fresh numbers of the kind `letter`; gaps are possible, repetitions are not. Raises KeyError on an unknown letter."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [SEQUENCES[letter], count])
        return [f"{letter}-{value:04d}" for (value,) in cursor.fetchall()]
