// Writes the list of bundled packages for scanners: CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/.
import { readFileSync, writeFileSync } from 'node:fs';
import { Contrib, Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';

const builder = new Contrib.FromNodePackageJson.Builders.ComponentBuilder(
  new Contrib.FromNodePackageJson.Factories.ExternalReferenceFactory(),
  new Contrib.License.Factories.LicenseFactory(),
);

/**
 * The same packages give the same bytes: no time and no serial number is in it.
 * @param {import('./bundled-packages.js').BundledPackage[]} packages
 * @param {string} file where the list goes
 */
export function writeSbom(packages, file) {
  const own = JSON.parse(readFileSync('package.json', 'utf8'));
  const bom = new Models.Bom({
    metadata: new Models.Metadata({ component: createComponent(own, Enums.ComponentType.Application) }),
    components: new Models.ComponentRepository(
      packages.map(({ manifest }) => createComponent(manifest, Enums.ComponentType.Library)),
    ),
  });
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  writeFileSync(file, serializer.serialize(bom, { sortLists: true, space: 2 }));
}

/** @param {object} manifest a package.json @param {Enums.ComponentType} type */
function createComponent({ name, version, license, description }, type) {
  const component = builder.makeComponent({ name, version, license, description }, type);
  if (!component) throw new Error(`package ${name} has no name that CycloneDX takes`);
  component.purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  component.bomRef.value = component.purl;
  return component;
}
