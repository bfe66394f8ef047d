// Comforts over pages that work without: nothing here is needed to get anything done.

/** The reader's own time beside the event's, where the clocks differ. */
function showOwnTimes() {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const lang = document.documentElement.lang;
  for (const time of document.querySelectorAll("time[data-zone]")) {
    const at = new Date(time.dateTime);
    const clock = (zone) => new Intl.DateTimeFormat(lang, { dateStyle: "short", timeStyle: "short", hourCycle: "h23", timeZone: zone }).format(at);
    if (Number.isNaN(at.getTime()) || clock(own) === clock(time.dataset.zone)) continue;
    time.title = `${clock(own)} (${own})`;
  }
}

/** Long work: ask how far it has come, and go on when it is done. */
async function follow(box) {
  const bar = box.querySelector("progress");
  const stage = box.querySelector("[data-stage]");
  for (;;) {
    await new Promise((done) => setTimeout(done, 700));
    try {
      const answer = await fetch(box.dataset.follow, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.statusText);
      const run = await answer.json();
      bar.value = run.progress;
      if (run.text && stage.textContent !== run.text) stage.textContent = run.text;
      if (!["queued", "running"].includes(run.state)) return location.reload();
    } catch {
      await new Promise((done) => setTimeout(done, 3000)); // the service is away for a moment
    }
  }
}

/** A token that stands behind # in a letter's link never reaches a log: the script puts it into the form. */
function takeToken() {
  const form = document.querySelector("[data-token-form]");
  const token = location.hash.slice(1);
  if (!form || !/^[\w-]{10,200}$/.test(token)) return;
  history.replaceState(null, "", location.pathname);
  form.elements.namedItem("token").value = token;
  form.submit();
}

/** One menu at a time; Escape and a click beside close it. */
function closeMenus() {
  const menus = () => document.querySelectorAll("details.menu[open], details.confirm[open]");
  document.addEventListener("click", (event) => {
    for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

/** A form that is on its way is not sent twice. */
function sendOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
}

/** Selects that stand for a link or a filter act at once: <form data-at-once>. */
function actAtOnce() {
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-at-once]");
    if (form) form.requestSubmit();
  });
}

/** On a narrow screen menus scroll sideways: the entry of this page comes into view. */
function showWhere() {
  for (const here of document.querySelectorAll(".side [aria-current], .tabs [aria-current]")) {
    const menu = here.parentElement;
    menu.scrollLeft = here.offsetLeft - menu.offsetLeft - (menu.clientWidth - here.offsetWidth) / 2;
  }
}

showOwnTimes();
showWhere();
takeToken();
closeMenus();
sendOnce();
actAtOnce();
document.querySelectorAll("[data-follow]").forEach(follow);
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => print());
