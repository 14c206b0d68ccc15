"""The interactive page in a real browser: from disk, by keyboard, by pointer, on paper, and without scripts."""

import re

import numpy as np
import pytest

from autograd import Tape, Tensor, Variable
from autograd.picture import Graph, build

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LAST = 11  # the number of the last step of the scalar graph
NASTY = "</script><script>window.hit = 1</script><!-- \u2028 ' \" <img src=x onerror='window.hit = 1'>"


@pytest.fixture(scope="module")
def graph() -> Graph:
    """loss = |y_true − (x w + b)|."""
    x, y_true = Tensor(2.0, name="x"), Tensor(4.0, name="y_true")
    w, b = Variable(3.0, name="w"), Variable(1.0, name="b")
    with Tape(persistent=True) as t:
        x1 = x * w
        x2 = x1 + b
        loss = abs(y_true - x2)
    return build(t, loss, names={"x1": x1, "x2": x2, "loss": loss})


@pytest.fixture(scope="module")
def twice() -> Graph:
    """c = a b + b."""
    a, b = Variable(0.5, name="a"), Variable(1.5, name="b")
    with Tape(persistent=True) as t:
        p = a * b
        c = p + b
    return build(t, c, names={"p": p, "c": c})


def card(page):
    """The step that is shown."""
    return page.locator(".steps > article:not(.off)")


def node(page, key: str):
    return page.locator(f"[data-node={key}]")


def numbers(text: str) -> list[float]:
    return [float(x) for x in re.findall(r"-?\d+(?:\.\d+)?", text.replace("−", "-"))]


def expect(actual, wanted) -> None:
    """Wait until a locator has this text."""
    from playwright.sync_api import expect

    expect(actual).to_have_text(wanted)


def test_the_keys_step_through_it_from_disk(opened, graph):
    it = opened(graph.to_html())
    page = it.page
    assert page.url.startswith("file://")
    assert page.title() == "Computation graph of loss, step by step"
    expect(page.locator("#count"), f"0 of {LAST}")
    page.keyboard.press("ArrowRight")
    expect(card(page).locator(".formula"), "2 × 3 = 6")
    page.keyboard.press("ArrowRight")
    expect(card(page).locator(".formula"), "6 + 1 = 7")
    page.keyboard.press("ArrowLeft")
    expect(card(page).locator("h2"), "x1 = x × w")
    page.keyboard.press("End")
    expect(page.locator("#count"), f"{LAST} of {LAST}")
    page.keyboard.press("ArrowRight")  # there is no step after the last
    expect(page.locator("#count"), f"{LAST} of {LAST}")
    page.keyboard.press("ArrowLeft")
    expect(card(page).locator(".formula"), "1 × 2 = 2")
    assert card(page).locator(".phase").inner_text() == "Backward ↓"
    page.keyboard.press("Home")
    expect(page.locator("#count"), f"0 of {LAST}")
    assert it.complaints == []


def test_one_file_is_all_it_asks_for(opened, graph):
    it = opened(graph.to_html())
    it.page.keyboard.press("End")
    node(it.page, "n1").click()
    it.page.wait_for_timeout(400)
    assert [url for url in it.requests if not url.startswith("data:")] == [it.page.url.partition("#")[0]]
    assert it.complaints == []


def test_the_picture_shows_what_is_known(opened, graph):
    page = opened(graph.to_html()).page
    value, gradient = [node(page, "n2").locator("text", has_text=text) for text in ("6", "∂loss/∂x1 = 1")]
    assert not value.is_visible()
    assert "later" in node(page, "n2").get_attribute("class")
    page.keyboard.press("ArrowRight")
    value.wait_for(state="visible")
    assert "now" in node(page, "n2").get_attribute("class")
    assert "later" not in node(page, "n2").get_attribute("class")
    assert not gradient.is_visible()
    page.keyboard.press("End")
    gradient.wait_for(state="visible")


def test_a_gradient_adds_up_in_the_picture(opened, twice):
    page = opened(twice.to_html(), "#step=5").page
    b = twice.node("b").id
    node(page, b).get_by_text("1 + …", exact=True).wait_for(state="visible")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(card(page).locator(".total"), "1 + 0.5 = 1.5")
    node(page, b).get_by_text("1 + …", exact=True).wait_for(state="hidden")
    node(page, b).get_by_text("∂c/∂b = 1.5", exact=True).wait_for(state="visible")


def test_a_leaf_shows_paths_whose_products_add_up_to_the_gradient(opened, twice):
    page = opened(twice.to_html()).page
    for name in ("a", "b"):
        leaf = twice.node(name)
        node(page, leaf.id).click()
        section = page.locator(".paths.picked")
        section.wait_for(state="visible")
        assert section.count() == 1
        products = []
        for text in section.locator(".product").all_inner_texts():
            factors, product = text.split(" = ")
            assert np.prod(numbers(factors)) == numbers(product)[0]
            products += numbers(product)
        assert sum(products) == leaf.gradient.number
        assert numbers(section.locator(".total").inner_text())[-1] == leaf.gradient.number
        assert page.locator(".edge.on-path").count() == {"a": 2, "b": 3}[name]
    page.keyboard.press("Escape")
    section.wait_for(state="hidden")


def test_it_can_be_used_by_keyboard_alone(opened, graph):
    page = opened(graph.to_html()).page
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        here = page.evaluate("document.activeElement.dataset.node ?? document.activeElement.id")
        if not here and reached:
            break
        reached.append(here)
        if here == "n3":
            ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert ring == "solid"
            page.keyboard.press("Enter")
            expect(page.locator(".paths.picked h2"), "One path leads from loss to b")
            about = page.locator(".nodes > article:not(.off)")
            assert about.get_attribute("data-about") == "n3"
    assert [key for key in reached if key in ("back", "play", "next", "step")] == ["back", "play", "next", "step"]
    assert [key for key in reached if re.fullmatch(r"n\d", key)] == [x.id for x in graph.nodes]
    page.locator("#next").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#count"), f"1 of {LAST}")
    page.keyboard.press("Space")  # presses the button that has the focus, once
    expect(page.locator("#count"), f"2 of {LAST}")
    page.locator("#step").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#count"), f"3 of {LAST}")


def test_pointing_at_a_value_tells_what_is_known_of_it(opened, graph):
    page = opened(graph.to_html(), "#step=4").page
    about = page.locator(".nodes > article:not(.off)")
    assert about.get_attribute("data-about") == "n7"  # of the step
    node(page, "n4").hover()
    assert about.get_attribute("data-about") == "n4"
    told = about.inner_text()
    for fact in ("x2 = x1 + b", "result of add", "(), float64", "local, by x1", "test_page_in_browser.py:", "not yet"):
        assert fact in told
    page.mouse.move(1, 1)
    assert about.get_attribute("data-about") == "n7"


def test_screen_readers_find_every_node_and_hear_each_step(opened, graph):
    page = opened(graph.to_html()).page
    tree = page.locator("body").aria_snapshot()
    for key, role in (
        ("x: 2", "img"),
        ("w: 3", "link"),
        ("b: 1", "link"),
        ("y_true: 4", "img"),
        ("loss = absolute", "img"),
    ):
        assert re.search(rf'{role} "[^"]*{key}', tree)
    assert tree.count("operation ") == 4
    for line in ('heading "Computation graph of loss" [level=1]', 'slider "Step"', 'button "Play"', "table"):
        assert line in tree
    live = page.locator("[aria-live=polite]")
    page.keyboard.press("ArrowRight")
    expect(live, "Forward ↑. x1 = x × w. 2 × 3 = 6")
    assert page.locator("#step").get_attribute("aria-valuetext") == f"1 of {LAST}"
    assert page.locator("tr[aria-current=step] th").inner_text() == "1"


def test_the_address_keeps_where_one_is(opened, graph):
    text = graph.to_html()
    page = opened(text).page
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    node(page, "n1").click()
    page.wait_for_url("**/graph.html#step=7&leaf=n1")
    page.reload()
    expect(page.locator("#count"), f"7 of {LAST}")
    assert page.locator(".paths.picked").get_attribute("data-leaf") == "n1"
    page.evaluate("location.hash = '#step=2'")
    expect(page.locator("#count"), f"2 of {LAST}")
    assert page.locator(".paths.picked").count() == 0


def test_an_address_that_makes_no_sense_is_the_start(opened, graph):
    it = opened(graph.to_html(), "#step=abc&leaf=zz")
    expect(it.page.locator("#count"), f"0 of {LAST}")
    for fragment in ("#step=-3", "#step=0&leaf=%22%5D", "#<script>", "#step=0x1"):
        it.page.evaluate("location.hash = '#step=2'")
        expect(it.page.locator("#count"), f"2 of {LAST}")
        it.page.evaluate("fragment => location.hash = fragment", fragment)
        expect(it.page.locator("#count"), f"0 of {LAST}")
    assert it.complaints == []


def test_space_plays_and_pauses(opened, graph):
    page = opened(graph.to_html(), f"#step={LAST - 2}").page
    page.clock.install()
    page.reload()
    page.keyboard.press("Space")
    expect(page.locator("#play"), "Pause")
    page.clock.run_for(2100)
    expect(page.locator("#count"), f"{LAST - 1} of {LAST}")
    page.keyboard.press("Space")
    expect(page.locator("#play"), "Play")
    page.clock.run_for(10_000)
    expect(page.locator("#count"), f"{LAST - 1} of {LAST}")
    page.keyboard.press("Space")
    page.clock.run_for(2100)
    expect(page.locator("#count"), f"{LAST} of {LAST}")
    expect(page.locator("#play"), "Play")
    page.keyboard.press("Space")  # from the end it starts again
    expect(page.locator("#count"), f"0 of {LAST}")


def test_who_wants_less_motion_gets_none(opened, graph):
    page = opened(graph.to_html(), reduced_motion="reduce").page
    assert not page.locator("#play").is_visible()
    moving = "[...document.querySelectorAll('*')].filter(e => getComputedStyle(e).transitionDuration !== '0s').length"
    assert page.evaluate(moving) == 0
    page.keyboard.press("Space")
    page.wait_for_timeout(300)
    expect(page.locator("#count"), f"1 of {LAST}")
    page.emulate_media(reduced_motion="no-preference")
    page.locator("#play").wait_for(state="visible")
    assert page.evaluate(moving) > 0


def test_it_follows_the_colour_scheme(opened, graph):
    page = opened(graph.to_html()).page
    for scheme, dark in [("light", False), ("dark", True)]:
        page.emulate_media(color_scheme=scheme)
        channels = numbers(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        assert (max(channels) < 60) is dark
        assert (min(channels) > 200) is not dark


def test_on_paper_there_is_the_whole_picture_and_the_table(opened, graph):
    page = opened(graph.to_html()).page
    page.emulate_media(media="print")
    assert page.locator("table tr").count() == LAST + 2
    assert page.locator("table").is_visible()
    assert page.locator(".paths").first.is_visible()
    assert node(page, "n1").get_by_text("∂loss/∂w = 2").is_visible()
    assert not page.locator(".controls").is_visible()


def test_without_scripts_there_is_the_whole_picture_and_the_table(opened, twice):
    page = opened(twice.to_html(), java_script_enabled=False).page
    assert "Scripts are off" in page.locator("noscript").inner_text()
    assert page.locator("table").is_visible()
    assert page.locator("td").get_by_text("1 + 0.5 = 1.5").is_visible()
    assert node(page, twice.node("b").id).get_by_text("∂c/∂b = 1.5").is_visible()
    assert not node(page, twice.node("b").id).get_by_text("1 + …").is_visible()
    assert not page.locator(".controls").is_visible()
    assert not page.get_by_text("not yet").first.is_visible()
    assert page.locator(".paths").count() == 2
    assert page.locator(".paths").first.is_visible()


def test_what_users_wrote_does_nothing(opened):
    x = Variable(2.0, name=NASTY)
    with Tape(persistent=True) as t:
        y = x * x  # </script><script>window.hit = 1</script>
    it = opened(build(t, y, names={"<img src=x onerror='window.hit = 1'>": y}).to_html())
    for _ in range(8):
        it.page.keyboard.press("ArrowRight")
    node(it.page, "n0").click()
    it.page.wait_for_timeout(300)
    assert it.page.evaluate("window.hit") is None
    assert len(it.requests) == len([url for url in it.requests if url.startswith(("file:", "data:"))])
    assert it.complaints == []


def test_the_policy_stops_a_script_that_got_in(opened, graph):
    text = graph.to_html().replace("<header>", "<header><img src='x.png' onerror='window.hit = 1'>")
    it = opened(text.replace("</body>", "<script>window.hit = 1</script></body>"))
    it.page.wait_for_timeout(300)
    assert it.page.evaluate("window.hit") is None
    for rule in ("script-src", "img-src"):
        assert any("Content Security Policy" in complaint and rule in complaint for complaint in it.complaints)


def test_several_in_one_notebook_do_not_meet(opened, graph, twice):
    it = opened(f"<!doctype html><body>{graph.interactive()._repr_html_()}{twice.interactive()._repr_html_()}")
    first, second = [it.page.frame_locator("iframe").nth(i) for i in (0, 1)]
    expect(first.locator("h1"), "Computation graph of loss")
    first.locator("#next").click()
    expect(first.locator("#count"), f"1 of {LAST}")
    it.page.locator("iframe").nth(1).scroll_into_view_if_needed()
    expect(second.locator("#count"), "0 of 8")
    second.locator(f"[data-node={twice.node('b').id}]").click()
    expect(second.locator(".paths.picked h2"), "2 paths lead from c to b")
    it.page.wait_for_timeout(400)
    assert it.complaints == []
    assert it.page.url.endswith("graph.html")


def test_it_fits_a_narrow_window(opened, graph):
    page = opened(graph.to_html(), viewport={"width": 360, "height": 740}).page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_model_of_arrays_steps_without_complaint(opened):
    x = np.linspace(-1, 1, 12).reshape(4, 3)
    W1, b1 = Variable(np.full((3, 5), 0.1), name="W1"), Variable(np.zeros(5), name="b1")
    W2 = Variable(np.full((5, 1), -0.2), name="W2")
    with Tape(persistent=True) as t:
        loss = np.mean((np.tanh(x @ W1 + b1) @ W2) ** 2)
    it = opened(build(t, loss, names={"x": x, "loss": loss}).to_html())
    count = it.page.locator(".steps > article").count()
    for i in range(1, count):
        it.page.keyboard.press("ArrowRight")
        expect(it.page.locator("#count"), f"{i} of {count - 1}")
    node(it.page, "n1").click()
    assert "of shape (3, 5)" in it.page.locator(".paths.picked .total").inner_text()
    assert it.complaints == []


def test_the_step_is_in_sight_however_fast_the_keys(opened):
    """A row of thirty operations, of which the window shows a part."""
    with Tape(persistent=True) as t:
        row = [np.sin(Variable(float(i), name=f"x{i}")) for i in range(30)]
        loss = sum([np.cos(a) for a in row], start=0.0)
    page = opened(build(t, loss, names={"loss": loss}).to_html(), viewport={"width": 900, "height": 500}).page
    press = "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true}));"
    seen = """() => {
        const frame = document.querySelector("figure .scroller").getBoundingClientRect();
        const here = document.querySelector(".node.now").getBoundingClientRect();
        return frame.left <= here.left && here.right <= frame.right && frame.top <= here.top && here.bottom <= frame.bottom;
    }"""
    for presses in (12, 4, 4):
        page.evaluate(press * presses)  # within one frame, so that each movement begins before the last one has ended
        page.wait_for_function(seen)
        page.wait_for_timeout(300)
        assert page.evaluate(seen)
