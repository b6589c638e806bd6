from keras_s2s.evaluation.report.html import element, to_html


def test_texts_and_attributes_are_escaped():
    node = element("p", "<script>alert('&')</script>", title='"&')
    assert to_html(node) == (
        "<p title=\"&quot;&amp;\">&lt;script&gt;alert('&amp;')&lt;/script&gt;</p>"
    )


def test_texts_and_elements_keep_their_order():
    node = element("p", "a", element("b", "c"), "d", None, "e", element("i"), "f")
    assert to_html(node) == "<p>a<b>c</b>de<i></i>f</p>"


def test_names_of_attributes_lose_their_underscores():
    node = element("a", class_="note", data_place=3, href=None)
    assert to_html(node) == '<a class="note" data-place="3"></a>'


def test_numbers_are_no_longer_than_a_drawing_needs():
    assert to_html(element("circle", r=1 / 3, cx=2.0)) == (
        '<circle r="0.333" cx="2"></circle>'
    )


def test_void_elements_have_no_end():
    assert to_html(element("meta", charset="utf-8")) == '<meta charset="utf-8">'
