(function () {
  "use strict";
  document.querySelectorAll("[data-filter]").forEach(function (block) {
    var rows = Array.prototype.slice.call(block.querySelectorAll("tbody tr"));
    if (rows.length < 8) { return; }
    var label = document.createElement("label");
    var input = document.createElement("input");
    var shown = document.createElement("output");
    label.className = "filter";
    input.type = "search";
    label.append(block.dataset.filter + " ", input, shown);
    input.addEventListener("input", function () {
      var wanted = input.value.trim().toLocaleLowerCase();
      var count = 0;
      rows.forEach(function (row) {
        row.hidden = row.textContent.toLocaleLowerCase().indexOf(wanted) < 0;
        if (!row.hidden) { count += 1; }
      });
      shown.textContent = wanted ? block.dataset.shown.replace("{count}", count).replace("{total}", rows.length) : "";
    });
    block.insertBefore(label, block.firstChild);
  });
  document.querySelectorAll("[data-find]").forEach(function (list) {
    var patients = Array.prototype.slice.call(list.querySelectorAll("details"));
    var label = document.createElement("label");
    var input = document.createElement("input");
    var shown = document.createElement("output");
    var button = document.createElement("button");
    label.className = "filter";
    input.type = "search";
    button.type = "button";
    button.textContent = list.dataset.open;
    label.append(list.dataset.find + " ", input, shown);
    input.addEventListener("input", function () {
      var wanted = input.value.trim().toLocaleLowerCase().split(/\s+/);
      var found = patients.filter(function (patient) {
        var words = patient.querySelector("summary").textContent.toLocaleLowerCase();
        patient.hidden = !wanted.every(function (word) { return words.indexOf(word) >= 0; });
        return !patient.hidden;
      });
      shown.textContent = wanted[0] ? list.dataset.shown.replace("{count}", found.length).replace("{total}", patients.length) : "";
      if (wanted[0] && found.length === 1) { found[0].open = true; }
    });
    button.addEventListener("click", function () {
      patients.forEach(function (patient) { if (!patient.hidden) { patient.open = true; } });
    });
    list.insertBefore(button, list.firstChild);
    list.insertBefore(label, button);
  });
})();
