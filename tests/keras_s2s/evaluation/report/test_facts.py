from keras_s2s.evaluation.report.facts import facts_table
from keras_s2s.evaluation.report.html import to_html


def test_values_are_shown_as_people_write_them():
    text = to_html(
        facts_table(
            {"tied": True, "max_length": 12345, "rate": 1e-3, "names": ["a", "b"]}
        )
    )
    for expected in ("yes", "max_length", "12,345", "0.001", "a, b"):
        assert f">{expected}<" in text


def test_objects_within_become_tables_within():
    table = facts_table({"model": {"units": 8}, "scores": {}})
    assert len(list(table.iter("table"))) == 2
    assert "—" in to_html(table)
