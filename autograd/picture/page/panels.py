"""What stands beside the picture: a card for each step, for each node, and for the paths to each leaf."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from autograd.picture.groups import Result
from autograd.picture.highlight import summed_paths
from autograd.picture.model import GraphNode
from autograd.picture.page.drawing import leads_to_paths
from autograd.picture.page.elements import add
from autograd.picture.page.moments import Moments
from autograd.picture.page.steps import Step
from autograd.picture.page.table import PHASES
from autograd.picture.page.words import Words, brief, joined
from autograd.picture.paths import Path, Ways
from autograd.picture.summary import Number, Summary, written
from autograd.picture.text import clean

MOST_PATHS = 12
_LONGEST_LINE = 160
_RESULTS = 12  # of a group
_ARROWS = {"start": "", "forward": "↑", "backward": "↓", "end": ""}  # as the picture is drawn
_KEYS = (
    "← → step · Home, End jump · Space plays · Tab goes to the values · Enter on a leaf shows its paths, Esc hides them"
)


def add_controls(parent: Element, steps: Sequence[Step]) -> None:
    """The buttons and the slider, which do nothing without a script and are not shown then."""
    last = len(steps) - 1
    controls = add(parent, "div", class_="controls", role="group", aria_label="Walk through the steps")
    add(controls, "button", "Back", type="button", id="back", aria_keyshortcuts="ArrowLeft")
    add(controls, "button", "Play", type="button", id="play", aria_keyshortcuts="Space")
    add(controls, "button", "Next", type="button", id="next", aria_keyshortcuts="ArrowRight")
    place = add(controls, "p", class_="place")
    add(place, "label", "Step", for_="step")
    add(place, "output", f"0 of {last}", id="count", for_="step", aria_live="off")
    # A reload is to follow the address, not what a browser remembers of a form.
    add(controls, "input", type="range", id="step", min="0", max=str(last), value="0", autocomplete="off")
    add(parent, "p", _KEYS, class_="keys")
    add(parent, "p", id="said", class_="aside", aria_live="polite")


def add_steps(parent: Element, steps: Sequence[Step]) -> None:
    """A card for each step, of which a script shows one."""
    cards = add(parent, "div", class_="cards steps")
    for i, step in enumerate(steps):
        marks = {"data_from": str(i), "data_until": str(i + 1), "data_edges": " ".join([str(e) for e in step.edges])}
        card = add(cards, "article", class_=step.phase, **marks, **({"data_at": step.node} if step.node else {}))
        add(card, "p", f"{PHASES[step.phase]} {_ARROWS[step.phase]}".strip(), class_="phase")
        add(card, "h2", step.title)
        for class_, text in (("formula", step.formula), ("note", step.note), ("total", step.total)):
            if text:
                add(card, "p", text, class_=class_)


def add_nodes(parent: Element, words: Words, moments: Moments) -> None:
    """A card for each node: value, gradient, shape, dtype, local derivatives, and where the program computes it."""
    cards = add(parent, "div", class_="cards nodes")
    for node in words.graph.nodes:
        card = add(cards, "article", data_about=node.id)
        add(card, "h2", words.title(node))
        facts = add(card, "dl")
        kind = f"result of {words.op(node.id)}" if node.op else node.kind
        if node.group:
            kind = f"{node.group.operations:,} operations, shown as one"
        _fact(facts, "kind", ", ".join([kind, *[f"{key}={value}" for key, value in node.params.items()]]))
        if node.group and node.group.results:
            _add_results(facts, words, node.id, node.group.results, moments)
        else:
            _timed(facts, "value", node.value.span(), moments.values.get(node.id, 0))
            if node.gradient is not None:
                _timed(facts, "gradient", node.gradient.span(), moments.gradients[node.id])
            else:
                _fact(facts, "gradient", _not_computed(words, node))
            _fact(facts, "shape, dtype", f"{node.shape}, {node.dtype}")
        for edge in words.operands[node.id]:
            if (local := words.labels.local(edge)) is not None:
                _fact(facts, f"local, by {words.origin(edge)}{words.use(edge)}", written(local))
        if node.where:
            _fact(facts, "source", clean(node.where, _LONGEST_LINE))
        if node.line:
            add(add(facts, "dd", class_="line"), "code", clean(node.line, _LONGEST_LINE))


def _add_results(facts: Element, words: Words, key: str, results: Sequence[Result], moments: Moments) -> None:
    """Value, gradient, shape and dtype of each of a group's results."""
    for result in results[:_RESULTS]:
        name = words.labels.result_name(result)
        _timed(facts, name, str(result.value), moments.values.get(key, 0))
        if result.gradient is not None:
            _timed(facts, f"gradient of {name}", result.gradient.span(), moments.gradients[key])


def _not_computed(words: Words, node: GraphNode) -> str:
    """Why a value has no gradient: it is a constant, or no derivative rule leads from the target to it."""
    if node.kind in ("input", "constant") and not node.followed:
        return f"not computed: {words.name(node.id)} is a constant{' input' if node.kind == 'input' else ''}"
    return "none: no gradient flows here"


def _fact(facts: Element, term: str, text: str) -> Element:
    add(facts, "dt", term)
    return add(facts, "dd", text)


def _timed(facts: Element, term: str, text: str, since: int) -> None:
    """A fact that is not told before its step."""
    place = _fact(facts, term, "")
    if since:
        add(place, "span", "not yet", class_="yet", data_from="0", data_until=str(since))
    add(place, "span", text, data_from=str(since))


def add_paths(parent: Element, words: Words) -> None:
    """For each leaf to which a gradient flows: its paths to the target, the product of each, and their sum."""
    for node in words.graph.nodes:
        if not leads_to_paths(node):
            continue
        ways = Ways(words.graph, node.id)
        count, paths = ways.count, ways.first(MOST_PATHS)
        whole = ways.edges()
        edges = sorted([words.places[edge] for edge in ways.drawn(whole)])
        card = add(
            parent,
            "section",
            class_="paths",
            data_leaf=node.id,
            data_edges=" ".join([str(i) for i in edges]),
            aria_label=f"Paths to {words.name(node.id)}",
        )
        lead = "One path leads" if count == 1 else f"{count:,} paths lead"
        add(card, "h2", f"{lead} from {words.name(words.graph.target)} to {words.name(node.id)}")
        items = add(card, "ol")
        for path in paths:
            item = add(items, "li")
            way = [words.origin(edge) + words.use(edge) for edge in reversed(path.edges)]
            add(item, "span", " → ".join([words.name(words.graph.target), *way]), class_="way")
            if (product := _product(path)) is not None:
                add(item, "span", product, class_="product")
        if count > len(paths):
            add(card, "p", f"and {count - len(paths):,} more, with smaller products", class_="note")
        assert node.gradient is not None
        summed, agrees = summed_paths(ways.target, whole, node.id, node.gradient)
        total = _sum(words, node, node.gradient, paths, count) if agrees else ""
        add(card, "p", total or _unequal(words, node, node.gradient, paths, count, summed), class_="total")


def _product(path: Path) -> str | None:
    """`1 × (−1) × 2 = −2`: a path's local derivatives, from the target down; `2` for a single one."""
    if path.product is None:
        return None
    factors = [edge.derivative for edge in reversed(path.edges) if edge.derivative is not None]
    product = written(path.product)
    return product if len(factors) < 2 else f"{joined('×', factors)} = {product}"


def _sum(words: Words, node: GraphNode, gradient: Summary, paths: Sequence[Path], count: int) -> str:
    products = [path.product for path in paths if path.product is not None]
    if gradient.number is None or len(products) < len(paths):
        kind = "" if gradient.number is not None else f" of shape {brief(gradient)}"
        which = "What comes along it" if count == 1 else "The sum of what comes along them"
        return f"{which} is {words.ratio(node.id)}{kind}: {gradient.span()}"
    if count > len(paths):
        return f"The sum of all {count:,} products is {words.ratio(node.id)} = {gradient.span()}"
    if count == 1:
        return f"{words.ratio(node.id)} = {gradient.span()}"
    return f"{words.ratio(node.id)} = {joined('+', products)} = {gradient.span()}"


def _unequal(
    words: Words, node: GraphNode, gradient: Summary, paths: Sequence[Path], count: int, summed: Number | None
) -> str:
    """The sum of the paths where that is not the gradient."""
    products = [path.product for path in paths if path.product is not None]
    text = "The product is" if count == 1 else f"The sum of all {count:,} products is"
    if len(products) == count > 1:
        text = f"{joined('+', products)} ="
    return (
        f"{text} {written(summed or 0.0)}, but the backward sweep gives {words.ratio(node.id)} = {gradient.span()}: "
        "a custom gradient on the way is not linear in its cotangent"
    )
