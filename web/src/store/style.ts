// Style sheets that only some pages need. They are named by the page, as the build names them.

/** Loads the sheet the page calls NAME ("console"), once. */
export function loadStyle(name: string): Promise<void> {
  const href = document.querySelector<HTMLMetaElement>(`meta[name="${name}-style"]`)?.content;
  if (!href || document.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = href;
    link.onload = () => resolve();
    link.onerror = () => reject(new Error(href));
    document.head.append(link);
  });
}
