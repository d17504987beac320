from portal.people.kept import Kept


def test_a_thing_is_made_once_under_its_key_until_there_are_too_many():
    kept, made = Kept(2), []

    def make(name):
        return lambda: made.append(name) or name

    assert [kept.under(name, make(name)) for name in ("a", "a", "b", "a")] == ["a", "a", "b", "a"]
    assert made == ["a", "b"]
    kept.under("c", make("c"))
    assert kept.under("a", make("a")) == "a"
    assert made == ["a", "b", "c", "a"]
