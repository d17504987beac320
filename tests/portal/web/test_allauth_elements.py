"""allauth builds its pages from elements; ours keep them to the policy and the look."""

from django.template import Context, Origin, Template


def rendered(source, **context):
    return Template("{% load allauth %}" + source, origin=Origin("page", "page")).render(Context(context))


def test_the_picture_of_a_secret_is_drawn_in_the_page():
    shown = rendered(
        '{% element img src="data:image/svg+xml;base64,AAAA" alt="Secret" tags="mfa,totp,qr" %}{% endelement %}',
        totp_svg="<svg><path/></svg>",
    )

    assert "<svg><path/></svg>" in shown
    assert "data:" not in shown


def test_any_other_picture_stays_a_picture():
    assert '<img src="/static/a.png" alt="">' in rendered('{% element img src="/static/a.png" tags="x" %}{% endelement %}')


def test_only_the_chief_verb_is_primary():
    assert 'data-kind="primary"' in rendered('{% element button type="submit" tags="prominent,login" %}Go{% endelement %}')
    assert 'data-kind="quiet"' in rendered('{% element button type="submit" tags="link,cancel" %}Stop{% endelement %}')
    assert "data-kind" not in rendered('{% element button href="/x/" tags="outline,primary" %}Other{% endelement %}')
