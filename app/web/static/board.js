// The schedule board: choose a meeting, see where it could go, move it by pointer or by keys. Without this script each
// meeting is a link to a page where the same is done with a form.

const board = document.querySelector("[data-board]");
const texts = document.querySelector("#sayings")?.dataset;
const panel = board?.querySelector("[data-panel]");
const table = board?.querySelector("table");
const edit = board && "edit" in board.dataset;
const byTable = board?.dataset.view === "tables";
const phone = matchMedia("(max-width: 56rem)");
let chosen = null; // the card that is chosen
let legal = new Map(); // cell → true, of where it could go
let at = null; // the cell that the keys stand on
let swapping = false; // whether the next card that is taken is the one to swap with
let asked = 0;

const say = (text) => { board.querySelector("[data-say]").textContent = text; };
const cardsOf = (id) => table.querySelectorAll(`[data-m="${CSS.escape(id)}"]`);
const cell = (card) => card.closest("td");

/** The grid of cells, row by row; read anew when it is needed, for cards move. */
const grid = () => [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("td")]);
const where = (td) => ({ slot: td.dataset.s, place: byTable ? td.parentElement.dataset.p : "" });

function leave(quiet = false) {
  unlight();
  chosen?.classList.remove("chosen");
  const card = chosen;
  [chosen, swapping] = [null, false];
  panel.hidden = true;
  board.classList.remove("choosing");
  if (!quiet && card) { say(texts.left); card.focus(); }
}

function unlight() {
  for (const td of legal.keys()) td.classList.remove("legal");
  at?.classList.remove("at", "swap");
  [legal, at] = [new Map(), null];
}

/** Fetch what stands beside the board for a card; null where another card was taken meanwhile. */
async function fetched(card, address) {
  const turn = ++asked;
  try {
    const answer = await fetch(`${address}next=${encodeURIComponent(location.pathname + location.search)}`);
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    const html = await answer.text();
    return turn === asked && chosen === card ? html : null;
  } catch {
    say(texts.failed);
    return null;
  }
}

function show(html, folded) {
  panel.innerHTML = html;
  panel.hidden = false;
  board.classList.add("choosing");
  fold(folded);
}

/** On a phone the panel is a sheet from below: folded it leaves the board free, and the chosen card is never under it. */
function fold(folded) {
  panel.toggleAttribute("data-folded", folded);
  panel.querySelector("[data-fold]").setAttribute("aria-expanded", String(!folded));
  if (phone.matches) chosen.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** Choose a card: its details beside the board, and the cells where it could go. */
async function choose(card, focus = true) {
  if (chosen === card && !panel.hidden) return;
  leave(true);
  chosen = card;
  card.classList.add("chosen");
  const html = await fetched(card, `${card.pathname}/panel?`);
  if (html === null) return;
  show(html, true);
  const about = panel.querySelector("[data-about]");
  if (edit && about.dataset.legal) light(card, JSON.parse(about.dataset.legal), about.dataset);
  else say("locked" in card.dataset ? texts.locked : about.querySelector("h2").textContent);
  if (focus) card.focus({ preventScroll: true });
}

function light(card, slots, now) {
  const free = new Map(Object.entries(slots).map(([slot, places]) => [slot, new Set(places)]));
  const rows = byTable ? grid() : [[...card.closest("tr").querySelectorAll("td")]];
  for (const td of rows.flat()) {
    const { slot, place } = where(td);
    const here = slot === now.slot && (!byTable || place === now.place);
    if (here || !free.has(slot) || (byTable && !free.get(slot).has(place))) continue;
    td.classList.add("legal");
    legal.set(td, true);
  }
  say(legal.size ? texts.legal.replace("%c", legal.size) : texts.none);
}

/** From a cell, the nearest legal one in a direction; straight ahead first. */
function nearest(from, down, right) {
  const rows = grid();
  const y = rows.findIndex((row) => row.includes(from));
  const x = y < 0 ? 0 : rows[y].indexOf(from);
  let best = null;
  rows.forEach((row, j) => row.forEach((td, i) => {
    if (!legal.has(td) || td === from) return;
    const ahead = down ? (j - y) * down : (i - x) * right;
    if (ahead <= 0) return;
    const aside = Math.abs(down ? i - x : j - y);
    const cost = ahead + aside * 100;
    if (!best || cost < best.cost) best = { td, cost };
  }));
  return best?.td ?? null;
}

function step(down, right) {
  const next = nearest(at ?? cell(chosen), down, right);
  if (!next) return;
  at?.classList.remove("at");
  at = next;
  at.classList.add("at");
  at.scrollIntoView({ block: "nearest", inline: "nearest" });
  const head = table.querySelector(`[data-head="${CSS.escape(at.dataset.s)}"] time`).textContent;
  say(texts.cell.replace("%s", head).replace("%p", byTable ? at.parentElement.dataset.p : ""));
}

/** Send a form of a meeting as a script does, and show what came of it in place. */
async function send(address, fields) {
  let told;
  let fine = false;
  try {
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams(fields), headers: { Accept: "application/json" } });
    told = await answer.json();
    fine = answer.ok;
  } catch {
    told = { said: texts.failed };
  }
  notice(told.said ?? told.detail ?? texts.failed, !fine, told.undo);
  return fine ? told.meetings : null;
}

function notice(text, bad, undo) {
  const box = document.createElement("div");
  box.className = `notice floating ${bad ? "bad" : "good"}`;
  box.setAttribute("role", bad ? "alert" : "status");
  const line = document.createElement("p");
  line.textContent = text;
  box.append(line);
  if (undo) {
    const form = document.createElement("form");
    form.method = "post";
    form.action = undo.action;
    for (const [name, value] of Object.entries(undo.fields)) {
      const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
      form.append(field);
    }
    const button = Object.assign(document.createElement("button"), { className: "button small", textContent: texts.undo });
    form.append(button);
    box.append(form);
  }
  board.querySelector("[data-notice]").replaceChildren(box);
}

async function move(card, td) {
  const address = `${card.pathname}/move`;
  const next = location.pathname + location.search;
  const to = where(td);
  leave(true);
  card.classList.add("moving");
  const moved = await send(address, { ...to, next });
  card.classList.remove("moving");
  moved?.forEach(put);
  card.focus({ preventScroll: true });
}

/** Put the cards of a meeting where it is now; those of another page of the board go. */
function put(meeting) {
  for (const copy of cardsOf(meeting.id)) {
    const row = byTable ? table.querySelector(`tr[data-p="${CSS.escape(meeting.place ?? "")}"]`) : copy.closest("tr");
    const target = row?.querySelector(`td[data-s="${CSS.escape(meeting.slot)}"]`);
    if (target) target.append(copy);
    else copy.remove();
    const place = copy.querySelector("[data-place]");
    if (place) place.textContent = meeting.place ?? "";
  }
}

/** From now on the next card that is taken is the one to swap with. */
function startSwap() {
  unlight();
  swapping = true;
  fold(true);
  say(texts.swap);
  chosen.focus({ preventScroll: true });
}

/** Show what would become of the chosen meeting and another one if they swapped. */
async function offer(other) {
  unlight();
  swapping = false;
  const html = await fetched(chosen, `${chosen.pathname}/swap/panel?with=${encodeURIComponent(other.dataset.m)}&`);
  if (html === null) return;
  show(html, false);
  say(panel.querySelector("[data-swapping]").innerText);
  (panel.querySelector("[data-swap] button") ?? panel.querySelector("[data-close]")).focus();
}

async function swap(form) {
  const card = chosen;
  leave(true);
  const moved = await send(form.action, new FormData(form));
  moved?.forEach(put);
  card.focus({ preventScroll: true });
}

async function lock(card) {
  const on = !("locked" in card.dataset);
  const [meeting] = await send(`${card.pathname}/lock`, { locked: on ? "yes" : "no", next: location.pathname + location.search }) ?? [];
  if (!meeting) return;
  for (const copy of cardsOf(meeting.id)) {
    copy.toggleAttribute("data-locked", on);
    copy.classList.toggle("s-locked", on);
    copy.classList.toggle("s-planned", !on);
  }
  const again = chosen === card;
  if (again) { leave(true); choose(card); }
}

/** Arrow keys walk from card to card while none is chosen. */
function walk(card, down, right) {
  const rows = grid();
  let y = rows.findIndex((row) => row.includes(cell(card)));
  let x = rows[y].indexOf(cell(card));
  for (;;) {
    [y, x] = [y + down, x + right];
    const td = rows[y]?.[x];
    if (!td) return;
    const found = td.querySelector(".meet:not(.dim)");
    if (found) return found.focus();
  }
}

const ARROWS = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };

function keys(event) {
  if (event.key === "Escape" && chosen) { event.preventDefault(); return leave(); }
  const card = event.target.closest?.(".meet");
  if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
  const arrow = ARROWS[event.key];
  if (arrow) {
    event.preventDefault();
    if (chosen === card && legal.size) step(...arrow);
    else walk(card, ...arrow);
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (swapping && chosen !== card) offer(card);
    else if (chosen === card && legal.has(at)) move(card, at);
    else choose(card);
  } else if (event.key.toLowerCase() === "s" && edit && chosen === card) {
    event.preventDefault();
    startSwap();
  } else if (event.key.toLowerCase() === "l" && edit) {
    event.preventDefault();
    lock(card);
  }
}

function pointer(event) {
  const card = event.target.closest(".meet");
  if (card) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    if (swapping && chosen !== card) offer(card);
    else choose(card);
    return;
  }
  const td = event.target.closest("td");
  if (td && legal.has(td)) move(chosen, td);
}

/** The meeting in a cell with which the chosen one could swap. */
const partnerIn = (td) => (td.contains(chosen) ? null : td.querySelector(".meet"));

function drag() {
  for (const card of edit ? table.querySelectorAll(".meet") : []) card.draggable = true;
  table.addEventListener("dragstart", (event) => {
    const card = event.target.closest?.(".meet");
    if (!card) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.textContent);
    choose(card, false);
  });
  table.addEventListener("dragover", (event) => {
    const td = event.target.closest?.("td");
    if (td !== at) { at?.classList.remove("at", "swap"); at = null; }
    if (!td || !(legal.has(td) || partnerIn(td))) return;
    event.preventDefault();
    at = td;
    td.classList.add("at");
    td.classList.toggle("swap", !legal.has(td));
  });
  table.addEventListener("drop", (event) => {
    const td = event.target.closest?.("td");
    if (!td || !chosen || !(legal.has(td) || partnerIn(td))) return;
    event.preventDefault();
    if (legal.has(td)) move(chosen, td);
    else offer(partnerIn(td));
  });
}

/** What is looked for is marked while one writes; the button asks the service, over all tables. */
function look() {
  const field = document.querySelector("#b-q");
  const found = document.querySelector("#b-found");
  const cards = [...table.querySelectorAll(".meet")].map((card) => [card, `${card.textContent} ${card.dataset.words}`.toLowerCase()]);
  const mark = () => {
    const words = field.value.trim().toLowerCase();
    let hits = 0;
    for (const [card, text] of cards) {
      const hit = !words || text.includes(words) || card.closest("tr").cells[0].textContent.toLowerCase().includes(words);
      card.classList.toggle("dim", !hit);
      card.classList.toggle("hit", Boolean(words) && hit);
      hits += hit;
    }
    found.textContent = words ? texts.found.replace("%c", hits) : "";
  };
  field.addEventListener("input", mark);
  if (field.value) mark();
}

if (board) {
  table.addEventListener("keydown", keys);
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") leave(); });
  table.addEventListener("click", pointer);
  panel.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) leave();
    else if (event.target.closest("[data-fold]")) fold(!("folded" in panel.dataset));
    else if (event.target.closest("[data-swap-start]")) { event.preventDefault(); startSwap(); }
  });
  panel.addEventListener("submit", (event) => {
    if (event.target.matches("[data-swap]")) { event.preventDefault(); swap(event.target); }
  });
  drag();
  look();
}
