"use strict";
// Shows and hides what the page holds. All words and numbers are in the page; nothing is computed here.
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const slider = byId("step");
  const figure = document.querySelector("figure");
  const last = Number(slider.max);
  const cards = all(".steps > article");
  const abouts = all(".nodes > article");
  const nodes = all(".node");
  const edges = all(".edge");
  const paths = all(".paths");
  const rows = all("tr[data-row]");
  const timed = all("[data-from]").map((part) => {
    return [part, Number(part.dataset.from), Number(part.dataset.until ?? Infinity)];
  });
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const pause = 2000; // milliseconds between steps while playing
  const margin = 16; // pixels kept free around what is now

  let step = 0;
  let leaf = null; // the id of the leaf whose paths are shown
  let pointed = null; // the id of the node under the pointer or with the focus
  let player = null;
  let keeper = null;

  const among = (text) => new Set(text ? text.split(" ") : []);

  function show() {
    const card = cards[step];
    const path = paths.find((section) => section.dataset.leaf === leaf);
    const running = among(card.dataset.edges);
    const taken = among(path?.dataset.edges);
    for (const [part, from, until] of timed) part.classList.toggle("off", step < from || step >= until);
    for (const edge of edges) {
      edge.classList.toggle("now", running.has(edge.dataset.edge));
      edge.classList.toggle("on-path", taken.has(edge.dataset.edge));
    }
    for (const node of nodes) {
      const picked = node.dataset.node === leaf;
      node.classList.toggle("later", step < Number(node.dataset.known));
      node.classList.toggle("now", node.dataset.node === card.dataset.at);
      node.classList.toggle("picked", picked);
      if (picked) node.setAttribute("aria-current", "true");
      else node.removeAttribute("aria-current");
    }
    for (const section of paths) section.classList.toggle("picked", section === path);
    for (const row of rows) {
      const now = Number(row.dataset.row) === step;
      row.classList.toggle("now", now);
      if (now) row.setAttribute("aria-current", "step");
      else row.removeAttribute("aria-current");
    }
    figure.className = card.className.split(" ")[0]; // the pass whose arrows are marked
    slider.value = step;
    slider.setAttribute("aria-valuetext", `${step} of ${last}`);
    byId("count").textContent = `${step} of ${last}`;
    tell();
  }

  function tell() {
    const id = pointed ?? leaf ?? cards[step].dataset.at ?? nodes[0].dataset.node;
    for (const about of abouts) about.classList.toggle("off", about.dataset.about !== id);
  }

  function say(element) {
    byId("said").textContent = [...element.children].map((child) => child.textContent).join(". ");
  }

  function go(to) {
    step = Math.min(Math.max(to, 0), last);
    show();
    say(cards[step]);
    keepInSight(nodes.find((node) => node.dataset.node === cards[step].dataset.at));
    keep();
  }

  function pick(id) {
    leaf = id === leaf ? null : id;
    show();
    const path = paths.find((section) => section.dataset.leaf === leaf);
    if (path) say(path);
    keep();
  }

  // Scrolls the picture and nothing around it, which may be a notebook: to the marked edges with the value if there is
  // room for them, else to the value.
  function keepInSight(node) {
    if (!node) return;
    const frame = node.closest(".scroller");
    const outer = frame.getBoundingClientRect();
    const parts = [node, ...edges.filter((edge) => edge.classList.contains("now"))];
    const around = parts.map((part) => part.getBoundingClientRect());
    const box = (rects) => ({
      top: Math.min(...rects.map((rect) => rect.top)) - margin,
      bottom: Math.max(...rects.map((rect) => rect.bottom)) + margin,
      left: Math.min(...rects.map((rect) => rect.left)) - margin,
      right: Math.max(...rects.map((rect) => rect.right)) + margin,
    });
    const whole = box(around);
    const fits = whole.bottom - whole.top <= outer.height && whole.right - whole.left <= outer.width;
    const inner = fits ? whole : box([around[0]]);
    const off = (low, high, from, to) => (low < from ? low - from : high > to ? high - to : 0);
    // To a place, and even if that is here: `scrollBy` would add to a movement that the step before has begun.
    const top = frame.scrollTop + off(inner.top, inner.bottom, outer.top, outer.bottom);
    const left = frame.scrollLeft + off(inner.left, inner.right, outer.left, outer.right);
    frame.scrollTo({ top, left, behavior: calm.matches ? "auto" : "smooth" });
  }

  // Not on every step: browsers count how often a page changes its address.
  function keep() {
    clearTimeout(keeper);
    keeper = setTimeout(() => {
      try {
        history.replaceState(null, "", `#step=${step}${leaf ? `&leaf=${leaf}` : ""}`);
      } catch {
        // A frame in a notebook has no address of its own.
      }
    }, 200);
  }

  function restore() {
    const state = new URLSearchParams(location.hash.slice(1));
    const wanted = Number.parseInt(state.get("step"), 10);
    step = Number.isNaN(wanted) ? 0 : Math.min(Math.max(wanted, 0), last);
    leaf = paths.find((section) => section.dataset.leaf === state.get("leaf"))?.dataset.leaf ?? null;
    show();
    keepInSight(nodes.find((node) => node.dataset.node === (leaf ?? cards[step].dataset.at)));
  }

  function stop() {
    clearInterval(player);
    player = null;
    byId("play").textContent = "Play";
  }

  function play() {
    if (player !== null) return stop();
    if (calm.matches) return go(step + 1); // who asked for less motion steps by hand
    if (step === last) go(0);
    byId("play").textContent = "Pause";
    player = setInterval(() => {
      go(step + 1);
      if (step === last) stop();
    }, pause);
  }

  function byHand(to) {
    stop();
    go(to);
  }

  function listenToMotion() {
    stop();
    byId("play").hidden = calm.matches;
  }

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const node = event.target.closest?.(".node");
    const keys = {
      ArrowLeft: () => byHand(step - 1),
      ArrowRight: () => byHand(step + 1),
      Home: () => byHand(0),
      End: () => byHand(last),
      " ": play,
      Escape: () => leaf !== null && pick(leaf),
      Enter: () => pick(node.dataset.node),
    };
    if (event.key === "Enter" && node?.getAttribute("role") !== "link") return;
    if (event.key === " " && event.target.closest?.("button")) return; // which a space presses
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  });
  slider.addEventListener("input", () => byHand(Number(slider.value)));
  byId("back").addEventListener("click", () => byHand(step - 1));
  byId("next").addEventListener("click", () => byHand(step + 1));
  byId("play").addEventListener("click", play);
  for (const node of nodes) {
    const id = node.dataset.node;
    const point = () => ((pointed = id), tell());
    const leave = () => ((pointed = null), tell());
    node.addEventListener("pointerenter", point);
    node.addEventListener("pointerleave", leave);
    node.addEventListener("focus", point);
    node.addEventListener("blur", leave);
    if (node.getAttribute("role") === "link") node.addEventListener("click", () => pick(id));
  }
  addEventListener("hashchange", restore);
  calm.addEventListener("change", listenToMotion);

  document.documentElement.classList.add("scripted");
  listenToMotion();
  restore();
})();
