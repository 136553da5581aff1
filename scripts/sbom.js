// Writes the list of all packages that a user gets, for scanners: CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/.
import { readFileSync, writeFileSync } from 'node:fs';
import { Contrib, Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';

/**
 * @typedef {object} LockedPackage a package in package-lock.json
 * @property {string} path where npm installs it, such as `node_modules/zod`; empty for the project itself
 * @property {string} [name] only where it differs from the path
 * @property {string} [version]
 * @property {string} [license]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {Record<string, string>} [optionalDependencies]
 */

const builder = new Contrib.FromNodePackageJson.Builders.ComponentBuilder(
  new Contrib.FromNodePackageJson.Factories.ExternalReferenceFactory(),
  new Contrib.License.Factories.LicenseFactory(),
);

/**
 * Lists what is bundled, and what npm installs beside it: on every system, in the versions that were tested. The same packages give
 * the same bytes: no time and no serial number is in it.
 *
 * @param {import('./bundled-packages.js').BundledPackage[]} bundled
 * @param {string} file where the list goes
 */
export function writeSbom(bundled, file) {
  const locked = readLock();
  const own = find(locked, '');
  const inBundle = bundled.map(({ folder }) => find(locked, folder));
  const installed = listInstalled(locked, own);
  const components = new Map(
    [...new Set([...inBundle, ...installed.keys()])].map((one) => [
      one,
      createComponent(one, Enums.ComponentType.Library),
    ]),
  );
  for (const [one, component] of components) {
    if (inBundle.includes(one))
      component.properties.add(new Models.Property('cdx:npm:package:bundled', 'true'));
    else if (installed.get(one)?.isOptional) component.scope = Enums.ComponentScope.Optional;
    addDependencies(component, resolveAll(locked, one, { ...one.dependencies, ...one.optionalDependencies }));
  }
  const application = createComponent(own, Enums.ComponentType.Application);
  addDependencies(application, resolveAll(locked, own, { ...own.dependencies, ...own.devDependencies }));
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: application }),
    components: new Models.ComponentRepository(components.values()),
  });
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  writeFileSync(file, serializer.serialize(bom, { sortLists: true, space: 2 }));

  /** Only what a user gets. @param {Models.Component} component @param {LockedPackage[]} packages */
  function addDependencies(component, packages) {
    for (const one of packages) {
      const dependency = components.get(one);
      if (dependency) component.dependencies.add(dependency.bomRef);
    }
  }
}

/** @returns {Map<string, LockedPackage>} by their paths */
function readLock() {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  return new Map(Object.entries(packages).map(([path, locked]) => [path, { path, ...locked }]));
}

/** @param {Map<string, LockedPackage>} locked @param {string} path @returns {LockedPackage} */
function find(locked, path) {
  const found = locked.get(path);
  if (!found) throw new Error(`package-lock.json does not have ${path}: run npm ci`);
  return found;
}

/**
 * The packages that npm installs with ours.
 * @param {Map<string, LockedPackage>} locked @param {LockedPackage} own
 */
function listInstalled(locked, own) {
  /** @type {Map<LockedPackage, { isOptional: boolean }>} */
  const installed = new Map();
  const waiting = [{ one: own, isOptional: false }];
  for (const { one, isOptional } of waiting) {
    for (const [kind, names] of Object.entries({
      required: one.dependencies,
      optional: one.optionalDependencies,
    })) {
      for (const found of resolveAll(locked, one, names ?? {})) {
        if (installed.has(found)) continue;
        const entry = { one: found, isOptional: isOptional || kind === 'optional' };
        installed.set(found, entry);
        waiting.push(entry);
      }
    }
  }
  return installed;
}

/**
 * Finds dependencies as Node.js does: in the package, then in each folder above it. What npm did not install is left out.
 * @param {Map<string, LockedPackage>} locked @param {LockedPackage} from @param {Record<string, string>} dependencies
 */
function resolveAll(locked, from, dependencies) {
  const folders = [from.path];
  while (folders[0] !== '') folders.unshift(parentFolder(folders[0] ?? ''));
  return Object.keys(dependencies).flatMap((name) => {
    const paths = folders.map((folder) => `${folder}${folder && '/'}node_modules/${name}`);
    return paths
      .toReversed()
      .flatMap((path) => locked.get(path) ?? [])
      .slice(0, 1);
  });
}

/** The folder whose `node_modules` has this one. @param {string} path */
function parentFolder(path) {
  return path.slice(0, path.lastIndexOf('node_modules/')).replace(/\/$/, '');
}

/** @param {LockedPackage} locked @param {Enums.ComponentType} type */
function createComponent({ path, name = path.replace(/^.*node_modules\//, ''), version, license }, type) {
  const component = builder.makeComponent({ name, version, license }, type);
  if (!component) throw new Error(`package ${name} has no name that CycloneDX takes`);
  component.purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  component.bomRef.value = component.purl;
  return component;
}
