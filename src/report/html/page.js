'use strict';
(() => {
  const byId = (id) => document.getElementById(id);
  const list = byId('groups');
  const groups = [...list.children];
  const controls = ['text', 'severity', 'effect', 'rule', 'sort'].map(byId);
  const [text, severity, effect, rule, sort] = controls;
  const orders = {
    severity: (a, b) => b.dataset.rank - a.dataset.rank,
    places: (a, b) => b.dataset.places - a.dataset.places,
    rule: (a, b) => (a.dataset.rule < b.dataset.rule ? -1 : a.dataset.rule > b.dataset.rule ? 1 : 0),
    path: (a, b) => (a.dataset.path < b.dataset.path ? -1 : a.dataset.path > b.dataset.path ? 1 : 0),
  };
  const update = () => {
    const wanted = text.value.toLowerCase();
    let shown = 0;
    for (const group of groups) {
      const data = group.dataset;
      const fits = (!severity.value || data.severity === severity.value)
        && (!effect.value || data.effect === effect.value)
        && (!rule.value || data.rule === rule.value)
        && (!wanted || group.textContent.toLowerCase().includes(wanted));
      group.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    byId('shown').textContent = `${shown} of ${groups.length} secrets`;
    list.append(...[...groups].sort(orders[sort.value]));
  };
  controls.forEach((control) => control.addEventListener('input', update));
  update();
})();
