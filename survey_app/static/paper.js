// Adds up each line of the totals as it is typed, goes to the next box on Enter, and spreads what is pasted from a
// spreadsheet over the boxes. The server checks everything again.
"use strict";
(function () {
  const form = document.getElementById("paper");
  if (!form) return;
  const byName = (name) => form.elements.namedItem(name);
  // Full-width digits and separators of thousands are understood, as the server does.
  const read = (box) => {
    const plain = box ? box.value.normalize("NFKC").replace(/[\s,'’]/g, "") : "";
    return plain === "" ? 0 : /^[0-9]{1,9}$/.test(plain) ? Number(plain) : NaN;
  };
  const isFilled = (box) => box && box.value.trim() !== "";
  function off(sum, wanted) {
    const said = sum < wanted ? form.dataset.short : form.dataset.over;
    return said.replace("{n}", String(Math.abs(wanted - sum)));
  }
  function show(place, sum, wanted, known) {
    if (!known || Number.isNaN(sum) || Number.isNaN(wanted)) {
      place.textContent = Number.isNaN(sum) || !sum ? "" : String(sum);
      place.className = "";
      return;
    }
    place.textContent = sum === wanted ? sum + " ✓" : sum + " · " + off(sum, wanted);
    place.className = sum === wanted ? "right" : "off";
  }
  function lines() {
    const valid = byName("valid");
    for (const row of form.querySelectorAll("tr[data-line]")) {
      const boxes = [...row.querySelectorAll("input")];
      const asked = row.hasAttribute("data-asked")
        ? row.dataset.asked.split(" ").filter(Boolean).reduce((sum, id) => sum + read(document.getElementById(id)), 0)
        : read(valid);
      show(row.querySelector("[data-sum]"), boxes.reduce((sum, box) => sum + read(box), 0), asked, isFilled(valid));
    }
  }
  function head() {
    const [issued, returned, valid, invalid] = ["issued", "returned", "valid", "invalid"].map(byName);
    const said = (name) => form.querySelector('[data-head="' + name + '"]');
    const over = isFilled(issued) && isFilled(returned) && read(returned) > read(issued);
    said("returned").textContent = over ? off(read(returned), read(issued)) : "";
    said("returned").classList.toggle("off", over);
    const sum = read(valid) + read(invalid);
    const wrong = isFilled(returned) && isFilled(valid) && isFilled(invalid) && sum !== read(returned);
    said("valid").textContent = wrong ? off(sum, read(returned)) : "";
    said("valid").classList.toggle("off", wrong);
  }
  function check() {
    head();
    lines();
  }
  const boxes = () => [...form.querySelectorAll("input:not([type=hidden])")];
  form.addEventListener("input", check);
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    const all = boxes();
    const next = all[all.indexOf(event.target) + 1];
    if (next) {
      next.focus();
      next.select();
    } else form.querySelector("button[type=submit]").focus();
  });
  form.addEventListener("paste", (event) => {
    const row = event.target.closest("tr");
    const text = event.clipboardData ? event.clipboardData.getData("text/plain") : "";
    if (!row || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    const first = [...row.querySelectorAll("input")].indexOf(event.target);
    const rows = [...row.parentElement.children];
    text.replace(/\r/g, "").replace(/\n$/, "").split("\n").forEach((line, down) => {
      const target = rows[rows.indexOf(row) + down];
      const cells = target ? [...target.querySelectorAll("input")] : [];
      line.split("\t").forEach((value, right) => {
        if (cells[first + right]) cells[first + right].value = value.trim();
      });
    });
    check();
  });
  check();
})();
