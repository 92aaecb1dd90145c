/**
 * The rich text editor, on textarea[data-rich].
 *
 * Without script the text area takes plain words. What the editor knows is what
 * the server keeps (bulletins/text.py): headings, lists, tables, pictures, bold.
 * Pasted from Word or WPS, the rest falls away at once instead of after saving.
 * Every change is kept on this machine until the form was accepted.
 */
import { Editor } from "@tiptap/core";
import Image from "@tiptap/extension-image";
import { TableKit } from "@tiptap/extension-table";
import StarterKit from "@tiptap/starter-kit";
import { draftKey, loadDraft, storeDraft } from "./drafts";
import { icon } from "./icons";
import { toast } from "./toast";

/** Larger photos are drawn smaller before they are sent: a telephone's are ten times too large. */
const LONGEST_SIDE = 1400;
const MOST_PICTURES = 12;

interface Tool {
  label: string;
  icon: () => SVGSVGElement;
  act: (editor: Editor) => void;
  on?: (editor: Editor) => boolean;
}

const TOOLS: Tool[] = [
  { label: "小标题", icon: () => icon("h-2"), act: (e) => e.chain().focus().toggleHeading({ level: 2 }).run(), on: (e) => e.isActive("heading", { level: 2 }) },
  { label: "次级标题", icon: () => icon("h-3"), act: (e) => e.chain().focus().toggleHeading({ level: 3 }).run(), on: (e) => e.isActive("heading", { level: 3 }) },
  { label: "加粗", icon: () => icon("bold"), act: (e) => e.chain().focus().toggleBold().run(), on: (e) => e.isActive("bold") },
  { label: "项目符号", icon: () => icon("list"), act: (e) => e.chain().focus().toggleBulletList().run(), on: (e) => e.isActive("bulletList") },
  { label: "编号", icon: () => icon("list-numbers"), act: (e) => e.chain().focus().toggleOrderedList().run(), on: (e) => e.isActive("orderedList") },
  { label: "插入表格", icon: () => icon("table"), act: (e) => e.chain().focus().insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run() },
  { label: "增加一行", icon: () => icon("row-insert-bottom"), act: (e) => e.chain().focus().addRowAfter().run() },
  { label: "增加一列", icon: () => icon("column-insert-right"), act: (e) => e.chain().focus().addColumnAfter().run() },
  { label: "删除表格", icon: () => icon("table-off"), act: (e) => e.chain().focus().deleteTable().run() },
  { label: "撤销", icon: () => icon("arrow-back-up"), act: (e) => e.chain().focus().undo().run() },
  { label: "重做", icon: () => icon("arrow-forward-up"), act: (e) => e.chain().focus().redo().run() },
];

/** A photo as a data address, at most LONGEST_SIDE pixels. */
async function drawn(file: File): Promise<string> {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d");
  if (!context) throw new Error("canvas");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return canvas.toDataURL("image/jpeg", 0.85);
}

const asHtml = (text: string): string =>
  /<(p|h2|h3|ul|ol|table|img)\b/i.test(text)
    ? text
    : text
        .split("\n")
        .map((line) => `<p>${line.replace(/&/g, "&amp;").replace(/</g, "&lt;")}</p>`)
        .join("");

class RichText {
  private readonly editor: Editor;
  private readonly count = document.createElement("span");
  private readonly key: string;

  constructor(private readonly area: HTMLTextAreaElement) {
    this.key = draftKey(`${location.pathname}#${area.name}`);
    const frame = document.createElement("div");
    frame.className = "rich";
    const page = document.createElement("div");
    page.className = "rich-page";
    area.before(frame);
    const label = area.labels[0]?.textContent?.trim() ?? "正文";
    this.editor = new Editor({
      element: page,
      injectCSS: false,
      extensions: [
        StarterKit.configure({ heading: { levels: [2, 3] }, link: false, code: false, codeBlock: false, horizontalRule: false, strike: false }),
        TableKit.configure({ table: { resizable: false } }),
        Image.configure({ allowBase64: true }),
      ],
      content: asHtml(area.value),
      editorProps: {
        attributes: { role: "textbox", "aria-multiline": "true", "aria-label": label, class: "rich-text" },
        handlePaste: (_view, event) => this.pictures(event.clipboardData),
        handleDrop: (_view, event) => this.pictures(event.dataTransfer),
      },
      onUpdate: () => this.changed(),
      onTransaction: () => this.show(),
    });
    frame.append(this.bar(), page, this.count);
    this.count.className = "rich-count muted";
    area.hidden = true;
    this.offer();
    this.show();
    area.form?.addEventListener("submit", () => this.write());
  }

  private readonly buttons: { tool: Tool; button: HTMLButtonElement }[] = [];

  private bar(): HTMLElement {
    const bar = document.createElement("div");
    bar.className = "rich-bar";
    bar.setAttribute("role", "toolbar");
    bar.setAttribute("aria-label", "文字格式");
    for (const tool of TOOLS) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "icon-button";
      button.title = tool.label;
      button.setAttribute("aria-label", tool.label);
      button.append(tool.icon());
      button.addEventListener("click", () => tool.act(this.editor));
      this.buttons.push({ tool, button });
      bar.append(button);
    }
    const chooser = document.createElement("input");
    chooser.type = "file";
    chooser.accept = "image/*";
    chooser.multiple = true;
    chooser.hidden = true;
    chooser.addEventListener("change", () => {
      void this.insert([...(chooser.files ?? [])]);
      chooser.value = "";
    });
    const button = document.createElement("button");
    button.type = "button";
    button.className = "icon-button";
    button.title = "插入图片";
    button.setAttribute("aria-label", "插入图片");
    button.append(icon("photo"));
    button.addEventListener("click", () => chooser.click());
    bar.append(button, chooser);
    return bar;
  }

  private show(): void {
    for (const { tool, button } of this.buttons) {
      if (tool.on) button.setAttribute("aria-pressed", String(tool.on(this.editor)));
    }
    const length = this.editor.getText().replace(/\s/g, "").length;
    this.count.textContent = `${length} 字`;
  }

  private write(): void {
    this.area.value = this.editor.isEmpty ? "" : this.editor.getHTML();
  }

  private changed(): void {
    this.write();
    const kept = storeDraft(this.key, { revision: 0, values: { html: this.area.value }, bases: { html: this.area.defaultValue }, confirmed: {} });
    // Pictures may be too large for the browser's own store; the words alone are kept then.
    if (!kept) {
      const words = this.area.value.replace(/<img[^>]*src="data:[^>]*>/g, "");
      storeDraft(this.key, { revision: 0, values: { html: words }, bases: { html: this.area.defaultValue }, confirmed: {} });
    }
  }

  /** What was typed here and never accepted comes back; the person decides. */
  private offer(): void {
    const draft = loadDraft(this.key);
    const html = draft?.values.html;
    if (!draft || !html || html === this.area.defaultValue) {
      storeDraft(this.key, null);
      return;
    }
    if (document.querySelector(".field-error, .errors, [aria-invalid='true']")) return;
    const box = document.createElement("div");
    box.className = "alert is-info";
    const words = document.createElement("div");
    words.textContent = `这台电脑上有 ${new Date(draft.at).toLocaleString("zh-CN")} 没有保存的文字。`;
    box.append(words);
    for (const [label, act] of [
      ["恢复", () => this.editor.commands.setContent(html, { emitUpdate: true })],
      ["丢弃", () => storeDraft(this.key, null)],
    ] as const) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button small";
      button.textContent = label;
      button.addEventListener("click", () => {
        act();
        box.remove();
      });
      box.append(button);
    }
    this.area.before(box);
  }

  private pictures(from: DataTransfer | null): boolean {
    const files = [...(from?.files ?? [])].filter((file) => file.type.startsWith("image/"));
    // Word puts a picture of the whole text beside the text; the text is wanted then.
    if (!files.length || from?.getData("text/html").includes("<p")) return false;
    void this.insert(files);
    return true;
  }

  private async insert(files: File[]): Promise<void> {
    const there = this.area.value.match(/<img\b/g)?.length ?? 0;
    for (const file of files.slice(0, Math.max(0, MOST_PICTURES - there))) {
      try {
        this.editor.chain().focus().setImage({ src: await drawn(file) }).run();
      } catch {
        toast(`“${file.name}”不是能识别的图片，请换成 JPG 或 PNG。`);
      }
    }
    if (files.length + there > MOST_PICTURES) toast(`每篇最多 ${MOST_PICTURES} 张图片，其余没有插入。`);
  }
}

document.querySelectorAll<HTMLTextAreaElement>("textarea[data-rich]").forEach((area) => new RichText(area));
