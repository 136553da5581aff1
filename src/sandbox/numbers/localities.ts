// The area codes of the numbers for sale, with the geography that Twilio gives their numbers.

/** The place of a number. */
export interface Locality {
  readonly locality: string;
  /** State or province; null outside of North America. */
  readonly region: string | null;
  readonly rateCenter: string | null;
  readonly postalCode: string | null;
  readonly lata: string | null;
  readonly latitude: number;
  readonly longitude: number;
}

/** A North American area code and its place. */
export interface Area extends Locality {
  readonly country: 'US' | 'CA' | 'PR';
  readonly areaCode: string;
}

/** One area per line: country, area code, locality, region, rate centre, postal code, LATA, latitude, longitude. */
const TABLE = `
US 202|Washington|DC|WSHNGTNZN1|20001|236|38.9072|-77.0369
US 212|New York|NY|NWYRCYZN01|10001|132|40.7128|-74.0060
US 213|Los Angeles|CA|LSANGELES|90012|730|34.0522|-118.2437
US 214|Dallas|TX|DALLAS|75201|552|32.7767|-96.7970
US 215|Philadelphia|PA|PHLADLZN01|19102|228|39.9526|-75.1652
US 216|Cleveland|OH|CLEVELAND|44113|320|41.4993|-81.6944
US 303|Denver|CO|DENVER|80202|656|39.7392|-104.9903
US 305|Miami|FL|MIAMI|33130|460|25.7617|-80.1918
US 312|Chicago|IL|CHICAGOZ01|60601|358|41.8781|-87.6298
US 313|Detroit|MI|DETROITZN1|48226|340|42.3314|-83.0458
US 314|St. Louis|MO|SAINTLOUIS|63101|520|38.6270|-90.1994
US 317|Indianapolis|IN|INDIANAPLS|46204|336|39.7684|-86.1581
US 401|Providence|RI|PROVIDENCE|02903|130|41.8240|-71.4128
US 402|Omaha|NE|OMAHA|68102|644|41.2565|-95.9345
US 404|Atlanta|GA|ATLANTA|30303|438|33.7490|-84.3880
US 405|Oklahoma City|OK|OKLA CITY|73102|536|35.4676|-97.5164
US 408|San Jose|CA|SNJS WEST|95113|722|37.3382|-121.8863
US 410|Baltimore|MD|BALTIMORE|21202|238|39.2904|-76.6122
US 412|Pittsburgh|PA|PITTSBGZN1|15222|234|40.4406|-79.9959
US 414|Milwaukee|WI|MILWAUKEE|53202|356|43.0389|-87.9065
US 415|San Francisco|CA|SNFC CNTRL|94103|722|37.7749|-122.4194
US 501|Little Rock|AR|LITTLEROCK|72201|528|34.7465|-92.2896
US 502|Louisville|KY|LOUISVILLE|40202|462|38.2527|-85.7585
US 503|Portland|OR|PORTLAND|97204|672|45.5152|-122.6784
US 504|New Orleans|LA|NEWORLEANS|70112|490|29.9511|-90.0715
US 505|Albuquerque|NM|ALBUQUERQE|87102|664|35.0844|-106.6504
US 512|Austin|TX|AUSTIN|78701|558|30.2672|-97.7431
US 513|Cincinnati|OH|CINCINNATI|45202|922|39.1031|-84.5120
US 515|Des Moines|IA|DES MOINES|50309|632|41.5868|-93.6250
US 602|Phoenix|AZ|PHOENIX|85004|666|33.4484|-112.0740
US 612|Minneapolis|MN|TWINCITIES|55401|628|44.9778|-93.2650
US 614|Columbus|OH|COLUMBUS|43215|324|39.9612|-82.9988
US 615|Nashville|TN|NASHVILLE|37201|470|36.1627|-86.7816
US 617|Boston|MA|BOSTON|02108|128|42.3601|-71.0589
US 619|San Diego|CA|SAN DIEGO|92101|732|32.7157|-117.1611
US 702|Las Vegas|NV|LAS VEGAS|89101|721|36.1699|-115.1398
US 704|Charlotte|NC|CHARLOTTE|28202|422|35.2271|-80.8431
US 713|Houston|TX|HOUSTON|77002|560|29.7604|-95.3698
US 801|Salt Lake City|UT|SALT LAKE|84101|660|40.7608|-111.8910
US 808|Honolulu|HI|HONOLULU|96813|834|21.3069|-157.8583
US 907|Anchorage|AK|ANCHORAGE|99501|832|61.2181|-149.9003
US 206|Seattle|WA|SEATTLE|98101|674|47.6062|-122.3321
CA 416|Toronto|ON|TORONTO|M5H|888|43.6532|-79.3832
CA 514|Montreal|QC|MONTREAL|H2Y|888|45.5017|-73.5673
CA 604|Vancouver|BC|VANCOUVER|V6B|888|49.2827|-123.1207
CA 403|Calgary|AB|CALGARY|T2P|888|51.0447|-114.0719
CA 613|Ottawa|ON|OTTAWAHULL|K1P|888|45.4215|-75.6972
CA 902|Halifax|NS|HALIFAX|B3J|888|44.6488|-63.5752
PR 787|San Juan|PR|SAN JUAN|00901|820|18.4655|-66.1057
PR 939|Ponce|PR|PONCE|00731|820|18.0111|-66.6141
`;

/** Returns all areas, in the order of search results. */
export function readAreas(): Area[] {
  return TABLE.trim().split('\n').map(readArea);
}

function readArea(line: string): Area {
  const [area = '', locality = '', region = '', rateCenter = '', postalCode = '', lata = '', ...degrees] =
    line.split('|');
  const [latitude, longitude] = degrees.map(Number);
  return {
    country: area.slice(0, 2) as Area['country'],
    areaCode: area.slice(3),
    locality,
    region,
    rateCenter,
    postalCode,
    lata,
    latitude: latitude ?? 0,
    longitude: longitude ?? 0,
  };
}

/** The place of all British numbers. */
export const LONDON: Locality = {
  locality: 'London',
  region: null,
  rateCenter: null,
  postalCode: null,
  lata: null,
  latitude: 51.5074,
  longitude: -0.1278,
};
