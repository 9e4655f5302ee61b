import { PageFiles } from './page-files';

describe('the files of the page', () => {
  const files = new PageFiles();

  it('has the page, all that the page asks for, and the documents', () => {
    const html = files.pageFile('index.html');
    expect(html?.type).toBe('text/html; charset=utf-8');
    const asked = [...(html?.content.toString().matchAll(/"\/page\/([^"]+)"/g) ?? [])].map(([, name = '']) => name);
    expect(asked).toContain('page.js');
    expect(asked.filter((name) => files.pageFile(name) === undefined)).toEqual([]);
    expect(files.documents).toContain('architecture.md');
  });

  it('has every module that its modules import', () => {
    const open = ['page.js'];
    const seen = new Set<string>();
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (seen.has(name)) continue;
      seen.add(name);
      const text = files.pageFile(name)?.content.toString() ?? '';
      expect(text).not.toBe('');
      open.push(...[...text.matchAll(/from '\.\/([^']+)'/g)].map(([, imported = '']) => imported));
    }
    expect(seen.size).toBeGreaterThan(3);
  });

  it('has nothing else', () => {
    for (const name of ['../package.json', '..%2fpackage.json', 'adr', '', '__proto__']) {
      expect([files.pageFile(name), files.document(name)]).toEqual([undefined, undefined]);
    }
  });
});
