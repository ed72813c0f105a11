import { Eta } from 'eta';

/** Renders the templates of one directory; nothing is escaped, an unknown name is an error. */
export function templateRenderer(views: string): (template: string, view: object) => string {
  const eta = new Eta({
    views,
    autoEscape: false,
    autoTrim: false,
    cache: false,
    defaultExtension: '',
  });
  return (template, view) => eta.render(template, view);
}
