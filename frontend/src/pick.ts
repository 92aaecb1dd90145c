/** Searchable choice of units, on select[data-pick]. */
import TomSelect from "tom-select/base";
import removeButton from "tom-select/dist/esm/plugins/remove_button/plugin.js";

type Plugin = Parameters<typeof TomSelect.define>[1];

TomSelect.define("remove_button", removeButton as unknown as Plugin);

interface Option {
  value: number;
  text: string;
  pinyin: string;
}

/** Ask for units whose name, code or initials contain what is typed. */
function remote(url: string): Partial<ConstructorParameters<typeof TomSelect>[1]> {
  return {
    load: (query: string, answer: (options: Option[]) => void): void => {
      fetch(`${url}&q=${encodeURIComponent(query)}`, { headers: { Accept: "application/json" } })
        .then((response) => response.json() as Promise<{ options: Option[] }>)
        .then(({ options }) => answer(options))
        .catch(() => answer([]));
    },
    loadThrottle: 250,
  } as Partial<ConstructorParameters<typeof TomSelect>[1]>;
}

function enhance(select: HTMLSelectElement): void {
  if ("tomselect" in select) return;
  // The label moves to the new input; the hidden select keeps a name of its own.
  const label = select.labels[0]?.textContent?.trim();
  if (label) select.setAttribute("aria-label", label);
  new TomSelect(select, {
    plugins: select.multiple ? { remove_button: { title: "移除" } } : {},
    placeholder: select.dataset.placeholder ?? "",
    hidePlaceholder: true,
    maxOptions: 200,
    // Without these two, fast typing and Enter choose the unit of the search before.
    refreshThrottle: 0,
    clearAfterSelect: true,
    searchField: ["text", "pinyin"],
    ...(select.dataset.url ? remote(select.dataset.url) : {}),
    render: {
      loading: () => '<div class="no-results">正在查找……</div>',
      no_results: () => '<div class="no-results">没有匹配的选项</div>',
    },
  } as ConstructorParameters<typeof TomSelect>[1]);
}

const enhanceAll = (root: ParentNode): void =>
  root.querySelectorAll<HTMLSelectElement>("select[data-pick]").forEach(enhance);

enhanceAll(document);
// Fragments bring new selects; watching the document needs no event of htmx.
new MutationObserver((changes) => {
  for (const change of changes) {
    change.addedNodes.forEach((node) => node instanceof Element && node.parentElement && enhanceAll(node.parentElement));
  }
}).observe(document.body, { childList: true, subtree: true });
