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
})();
