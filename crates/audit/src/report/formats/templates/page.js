
"use strict";
// Without this script the page is complete; with it the events can be searched and filtered. The address keeps what is
// looked for: #q=invoice&state=missing.
(() => {
  const time = document.querySelector("time[datetime]");
  const date = time && new Date(time.dateTime);
  if (date && Number.isFinite(date.getTime())) {
    // The reader's own time; without the script it is UTC.
    const shown = date.toLocaleString(undefined, { dateStyle: "long", timeStyle: "short" });
    document.title = document.title.replace(time.textContent, shown);
    time.textContent = shown;
  }
  const save = document.getElementById("save");
  save.hidden = false;
  save.addEventListener("click", () => {
    const report = JSON.parse(document.getElementById("report").textContent);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(report, null, 2), "\n"], { type: "application/json" }));
    link.download = "webhook-audit.json";
    link.click();
    URL.revokeObjectURL(link.href);
  });

  const form = document.getElementById("filter");
  if (!form) return;
  const search = document.getElementById("q");
  const shown = document.getElementById("shown");
  const boxes = [...form.querySelectorAll("input[name=state]")];
  const rows = [...document.querySelectorAll("tr[data-state]")];

  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const states = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let count = 0;
    for (const row of rows) {
      const fits = states.has(row.dataset.state) && words.every((word) => row.dataset.words.includes(word));
      row.hidden = !fits;
      if (fits) count += 1;
    }
    for (const table of document.querySelectorAll(".rows")) {
      table.closest("section").hidden = !table.querySelector("tr[data-state]:not([hidden])");
    }
    shown.textContent = count + " of " + rows.length + " events";
  };

  const read = () => {
    const wanted = new URLSearchParams(location.hash.slice(1));
    if (!wanted.has("q") && !wanted.has("state")) return;
    const states = wanted.getAll("state").flatMap((list) => list.split(","));
    search.value = wanted.get("q") || "";
    for (const box of boxes) box.checked = states.length === 0 || states.includes(box.value);
  };

  const write = () => {
    const wanted = new URLSearchParams();
    if (search.value) wanted.set("q", search.value);
    const checked = boxes.filter((box) => box.checked);
    if (checked.length < boxes.length) wanted.set("state", checked.map((box) => box.value).join(","));
    history.replaceState(null, "", "#" + wanted);
    apply();
  };

  form.addEventListener("input", write);
  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", () => { read(); apply(); });
  form.hidden = false;
  read();
  apply();
})();
