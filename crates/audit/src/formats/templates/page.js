
"use strict";
// Without this script the page is complete; with it the events can be searched and filtered. The address keeps what is
// looked for: #q=invoice&state=missing.
(() => {
  const form = document.getElementById("filter");
  const search = document.getElementById("q");
  const shown = document.getElementById("shown");
  const boxes = [...form.querySelectorAll("input[name=state]")];
  const rows = [...document.querySelectorAll("#rows tbody tr[data-state]")];

  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const states = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let count = 0;
    for (const row of rows) {
      const fits = states.has(row.dataset.state) && words.every((word) => row.dataset.words.includes(word));
      row.hidden = !fits;
      if (fits) count += 1;
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
  document.getElementById("save").addEventListener("click", () => {
    const report = JSON.parse(document.getElementById("report").textContent);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(report, null, 2), "\n"], { type: "application/json" }));
    link.download = "webhook-audit.json";
    link.click();
    URL.revokeObjectURL(link.href);
  });

  form.hidden = false;
  read();
  apply();
})();
