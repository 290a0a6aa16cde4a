"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (id) => document.getElementById(id);
  const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  const data = JSON.parse(one("data").textContent);
  root.classList.add("scripted");

  one("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });

  // The event "reset" comes before the fields have their first values again.
  const onReset = (form, filter) => {
    form.querySelector("button").addEventListener("click", () => { form.reset(); filter(); });
  };

  // Terms ----------------------------------------------------------------------------------------
  const termForm = one("term-filters");
  if (termForm) {
    const rows = all("#terms tbody tr");
    // Dots, dashes, quotes and spaces are written in many ways: 北部·联合, 北部联合.
    const fold = (text) => text.normalize("NFKC").toLowerCase().replace(/[\p{P}\p{S}\s]+/gu, "");
    const searched = rows.map((row) => row.dataset.search.split("\n").map(fold));
    const filterTerms = () => {
      const text = fold(termForm.elements.text.value);
      const verdict = termForm.elements.verdict.value;
      let shown = 0;
      for (const [n, row] of rows.entries()) {
        const fits = (!text || searched[n].some((known) => known.includes(text)))
          && (!verdict || row.querySelector(`td[data-system] .${verdict}`));
        row.hidden = !fits;
        shown += fits ? 1 : 0;
      }
      one("terms-shown").textContent = `${shown} of ${counted(rows.length, "term")}`;
    };
    termForm.addEventListener("input", filterTerms);
    onReset(termForm, filterTerms);
    termForm.addEventListener("submit", (event) => event.preventDefault());
    filterTerms();
  }

  // Segments -------------------------------------------------------------------------------------
  const form = one("segment-filters");
  if (!form) return;  // too many to show
  const articles = all("#segment-list > .segment");
  const numbers = articles.map((article) => Number(article.id.slice(1)));
  const place = new Map(numbers.map((number, n) => [number, n]));
  const n_systems = data.systems.length;
  // rows[n * n_systems + s]: the row of system s in article n, if it translated that segment.
  const rows = new Array(articles.length * n_systems);
  articles.forEach((article, n) => {
    for (const row of article.getElementsByTagName("tr")) {
      if (row.id) rows[n * n_systems + Number(row.id.split("-")[1])] = row;
    }
  });
  const selected = new Uint8Array(n_systems).fill(1);
  const marked = new Uint8Array(rows.length);
  let texts = null;
  // For each article what all systems share, and what each has.
  const searchable = () => (texts ??= articles.map((article, n) => {
    const shared = all("p > .t", article).map((line) => line.textContent);
    const own = data.systems.map((_, s) => rows[n * n_systems + s]?.querySelector(".t").textContent);
    return [shared.join("\n"), ...own].map((text) => (text ?? "").toLowerCase());
  }));

  const disagreement = (metric, number) => {
    let low = Infinity, high = -Infinity;
    for (let s = 0; s < n_systems; s++) {
      const score = selected[s] ? data.scores[metric][s][number] : null;
      if (score !== null) { low = Math.min(low, score); high = Math.max(high, score); }
    }
    return high - low;
  };
  const extreme = (metric, number, sign) => {
    let best = Infinity;
    for (let s = 0; s < n_systems; s++) {
      const score = selected[s] ? data.scores[metric][s][number] : null;
      if (score !== null) best = Math.min(best, sign * score);
    }
    return best;
  };

  // Rows are marked in the segments near the window only, as thousands take time.
  const near = new Set();
  const mark = (article) => {
    const n = place.get(Number(article.id.slice(1)));
    for (let s = 0; s < n_systems; s++) {
      rows[n * n_systems + s]?.classList.toggle("match", Boolean(marked[n * n_systems + s]));
    }
  };

  let order = "", sorted = articles;
  const sort = () => {
    const { sort: how, metric } = form.elements;
    const wanted = how.value === "document" ? "document" : `${how.value} ${metric.value} ${selected}`;
    if (wanted === order) return;
    order = wanted;
    const keys = new Map(numbers.map((number) => [number,
      how.value === "document" ? number
        : how.value === "disagreement" ? -disagreement(metric.value, number)
          : extreme(metric.value, number, how.value === "lowest" ? 1 : -1)]));
    sorted = [...numbers].sort((a, b) => keys.get(a) - keys.get(b) || a - b)
      .map((number) => articles[place.get(number)]);
    // Moving the segments themselves takes seconds where there are thousands.
    sorted.forEach((article, rank) => { article.style.order = rank; });
  };

  const filter = () => {
    const { text, document: doc, domain, verdict, flag, metric, low, high } = form.elements;
    const wanted = text.value.trim().toLowerCase();
    const contents = wanted ? searchable() : null;
    const inDocument = doc.value === "" ? -1 : Number(doc.value);
    const inDomain = domain && domain.value !== "" ? Number(domain.value) : -1;
    const verdictBit = verdict && verdict.value !== "" ? 1 << Number(verdict.value) : 0;
    const flagBit = flag && flag.value !== "" ? 1 << Number(flag.value) : 0;
    const from = low.value === "" ? null : Number(low.value);
    const to = high.value === "" ? null : Number(high.value);
    const ofRows = verdictBit || flagBit || from !== null || to !== null;
    // After the system and its text. Scores count as they are shown: 49.4 is found from 49.4 on.
    const column = 2 + metric.selectedIndex;
    all("input[name=system]", form).forEach((box, s) => {
      if (Boolean(selected[s]) === box.checked) return;
      selected[s] = box.checked ? 1 : 0;
      for (let n = 0; n < articles.length; n++) {
        const row = rows[n * n_systems + s];
        if (row) row.hidden = !box.checked;
      }
    });
    let shown = 0;
    for (let n = 0; n < articles.length; n++) {
      const number = numbers[n];
      let fits = inDocument < 0 || data.segment_documents[number] === inDocument;
      if (inDomain >= 0) fits &&= data.document_domains[data.segment_documents[number]] === inDomain;
      if (fits && contents) {
        fits = contents[n].some((text, at) => (at === 0 || selected[at - 1]) && text.includes(wanted));
      }
      let matches = false;
      for (let s = 0; s < n_systems; s++) {
        const at = n * n_systems + s;
        if (!rows[at]) continue;
        let fit = fits && Boolean(selected[s]);
        if (fit && verdictBit) fit = (data.verdict_bits[s][number] & verdictBit) !== 0;
        if (fit && flagBit) fit = (data.flag_bits[s][number] & flagBit) !== 0;
        if (fit && (from !== null || to !== null)) {
          const score = Number(rows[at].cells[column].textContent);
          fit = (from === null || score >= from) && (to === null || score <= to);
        }
        matches ||= fit;
        marked[at] = fit && ofRows ? 1 : 0;
      }
      fits &&= matches;
      if (articles[n].hidden === fits) articles[n].hidden = !fits;
      shown += fits ? 1 : 0;
    }
    sort();
    near.forEach(mark);
    one("segments-shown").textContent = `${shown} of ${counted(articles.length, "segment")}`;
    one("none-shown").hidden = shown > 0;
  };

  // Marks: drawn when a segment comes near the window ----------------------------------------------
  const token = new RegExp(data.token, "g");
  const ends = (text) => [...text.matchAll(token)].map((m) => [m.index, m.index + m[0].length]);
  const draw = (element, text, spans, removed = new Map()) => {
    const cuts = [...new Set([0, text.length, ...spans.flatMap(([a, b]) => [a, b]), ...removed.keys()])]
      .filter((cut) => cut >= 0 && cut <= text.length).sort((a, b) => a - b);
    element.replaceChildren();
    cuts.forEach((cut, c) => {
      if (removed.has(cut)) {
        const gone = document.createElement("del");
        gone.textContent = removed.get(cut);
        element.append(" ", gone, " ");
      }
      if (c + 1 === cuts.length) return;
      const inside = spans.filter(([a, b]) => a <= cut && cuts[c + 1] <= b);
      const part = text.slice(cut, cuts[c + 1]);
      if (!inside.length) { element.append(part); return; }
      const mark = document.createElement("mark");
      mark.className = inside.map((span) => span[2]).join(" ");
      mark.title = inside.map((span) => span[3]).filter(Boolean).join("; ");
      mark.textContent = part;
      element.append(mark);
    });
  };
  const changes = (runs, reference, hypothesis, whole) => {
    const inReference = ends(reference), inHypothesis = ends(hypothesis);
    const spans = [], removed = new Map();
    let r = 0, h = 0;
    for (let n = 0; n < runs.length; n += 3) {
      r += runs[n]; h += runs[n];
      const [gone, added] = [runs[n + 1], runs[n + 2]];
      if (added) spans.push([inHypothesis[h][0], inHypothesis[h + added - 1][1], "ins", "not in the reference"]);
      if (gone && whole) {
        const at = h < inHypothesis.length ? inHypothesis[h][0] : hypothesis.length;
        removed.set(at, reference.slice(inReference[r][0], inReference[r + gone - 1][1]));
      }
      r += gone; h += added;
    }
    return [spans, removed];
  };
  const drawn = new Map();
  const decorate = (article) => {
    const number = Number(article.id.slice(1));
    const mode = form.elements.diff.value;
    if (drawn.get(number) === mode) return;
    drawn.set(number, mode);
    const terms = data.term_spans[number] ?? {};
    for (const line of all("p > .t", article)) {
      draw(line, line.textContent, (terms[line.dataset.t] ?? []).map(named));
    }
    const reference = article.querySelector("p > .t[data-t=reference]")?.textContent;
    for (let s = 0; s < n_systems; s++) {
      const row = rows[place.get(number) * n_systems + s];
      if (!row) continue;
      const cell = row.querySelector(".t");
      cell.originalText ??= cell.textContent;
      const text = cell.originalText;
      const runs = data.diffs[s]?.[number];
      const [spans, removed] = runs && mode !== "off"
        ? changes(runs.split(" ").map(Number), reference, text, mode === "whole") : [[], undefined];
      const errors = data.error_spans[`${number}-${s}`] ?? [];
      draw(cell, text, [...spans, ...(terms[s] ?? []).map(named), ...errors], removed);
    }
  };
  const named = ([start, end, kind, label]) => [start, end, data.mark_classes[kind], label];
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      near[entry.isIntersecting ? "add" : "delete"](entry.target);
      if (entry.isIntersecting) { decorate(entry.target); mark(entry.target); }
    }
  }, { rootMargin: "600px" });
  articles.forEach((article) => observer.observe(article));

  const update = () => { filter(); near.forEach(decorate); };
  form.addEventListener("input", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  onReset(form, update);
  addEventListener("beforeprint", () => articles.forEach(decorate));
  filter();

  // Jumping: a link shows its segment whatever is filtered -----------------------------------------
  const jump = () => {
    const found = /^#s(\d+)(?:-(\d+))?$/.exec(location.hash);
    all(".here").forEach((row) => row.classList.remove("here"));
    if (!found || !place.has(Number(found[1]))) return;
    const n = place.get(Number(found[1]));
    const row = found[2] === undefined ? null : rows[n * n_systems + Number(found[2])];
    if (articles[n].hidden || row?.hidden) { form.reset(); update(); }
    decorate(articles[n]);
    row?.classList.add("here");
    (row ?? articles[n]).scrollIntoView({ block: "center" });
    articles[n].focus({ preventScroll: true });
  };
  addEventListener("hashchange", jump);
  // A link to where one already is moves nothing by itself.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a");
    const hash = link && (link.getAttribute("href") ?? link.getAttribute("xlink:href"));
    if (hash === location.hash && hash) setTimeout(jump);
  });
  jump();

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "/") {
      event.preventDefault();
      form.elements.text.focus();
    } else if (event.key === "j" || event.key === "k") {
      const visible = sorted.filter((article) => !article.hidden);
      const at = visible.indexOf(document.activeElement.closest?.(".segment"));
      const next = visible[at < 0 ? 0 : at + (event.key === "j" ? 1 : -1)];
      next?.focus();
      next?.scrollIntoView({ block: "start" });
    }
  });
  // Before the first search there is time to gather what it looks through.
  (globalThis.requestIdleCallback ?? setTimeout)(searchable);
})();
