// The questions can be dragged to another place: the drop sends the form of the question's own "move" button.
// Without this script the buttons do the same.
(function () {
  "use strict";
  var list = document.querySelector("[data-reorder]");
  var frame = document.querySelector("iframe[data-show]");
  var lifted = null;

  function marks() {
    Array.prototype.forEach.call(list.children, function (item) {
      item.classList.remove("before", "after");
    });
  }

  function itemAt(target) {
    while (target && target.parentNode !== list) {
      target = target.parentNode;
    }
    return target;
  }

  function isBefore(item, y) {
    var box = item.getBoundingClientRect();
    return y < box.top + box.height / 2;
  }

  function drop(item, before) {
    var from = Number(lifted.dataset.index);
    var to = Number(item.dataset.index) + (before ? 0 : 1);
    if (to === from || to === from + 1) {
      return;
    }
    var form = lifted.querySelector(".order form");
    var field = document.createElement("input");
    field.type = "hidden";
    field.name = "to";
    field.value = String(to);
    form.appendChild(field);
    form.submit();
  }

  if (list) {
    document.documentElement.classList.add("can-drag");
    list.addEventListener("dragstart", function (event) {
      lifted = itemAt(event.target);
      lifted.classList.add("lifted");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", lifted.id);
    });
    list.addEventListener("dragover", function (event) {
      var item = lifted && itemAt(event.target);
      if (!item) {
        return;
      }
      event.preventDefault();
      marks();
      item.classList.add(isBefore(item, event.clientY) ? "before" : "after");
    });
    list.addEventListener("drop", function (event) {
      var item = lifted && itemAt(event.target);
      if (item) {
        event.preventDefault();
        drop(item, isBefore(item, event.clientY));
      }
    });
    list.addEventListener("dragend", function () {
      marks();
      if (lifted) {
        lifted.classList.remove("lifted");
      }
      lifted = null;
    });
  }

  // The preview turns to the question that is being edited.
  if (frame) {
    frame.addEventListener("load", function () {
      var inside = frame.contentDocument;
      var code = frame.dataset.show;
      var name = code && window.CSS.escape(code);
      var found = inside && code && inside.querySelector('[name="' + name + '"], [name^="' + name + ':"]');
      if (found) {
        found.scrollIntoView({ block: "center" });
      }
    });
  }
})();
