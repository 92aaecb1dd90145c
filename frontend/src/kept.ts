/** Names that the page and its service worker share. */

declare const BUILD: string;

/** The sheets last seen, of one person. */
export const PAGES = "gongjian-pages";
/** What they load, of one build. */
export const ASSETS = `gongjian-assets:${BUILD}`;
export const SHEET = /^\/(?:responsibilities\/returns|inspections\/visits)\/fill\/\d+\/$/;
/** As long as a session lives. */
export const KEPT_FOR = 8 * 60 * 60 * 1000;
