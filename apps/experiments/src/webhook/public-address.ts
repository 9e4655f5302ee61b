import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP } from 'node:net';

/**
 * Addresses that no public server has: this host, private networks, link-local ones (cloud metadata among them),
 * carriers' own, documentation, multicast, reserved, and the forms of IPv6 that hide an IPv4 address. From the
 * registries of RFC 6890.
 */
const NOT_PUBLIC = new BlockList();
const IPV4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
];
/** Without ::ffff:0:0/96: a BlockList looks at such an address by the rules for IPv4, and would take all of IPv4 for it. */
const IPV6 = [
  ...['::/96', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32'],
  ...['2002::/16', 'fc00::/7', 'fe80::/10', 'ff00::/8'],
];
for (const [type, ranges] of [['ipv4', IPV4] as const, ['ipv6', IPV6] as const]) {
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/');
    NOT_PUBLIC.addSubnet(network, Number(prefix), type);
  }
}

/** The name leads to an address that is not public. */
export class PrivateAddress extends Error {
  constructor(hostname: string, address: string) {
    super(`${hostname} leads to ${address}, which is not a public address`);
    this.name = 'PrivateAddress';
  }
}

/** Throws {@link PrivateAddress} for an address as text that is not public. */
export function requirePublic(hostname: string, address: string): void {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (NOT_PUBLIC.check(address, family)) throw new PrivateAddress(hostname, address);
}

type Found = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** Resolves names as `dns.lookup` does, and refuses those of which one address is not public: what is connected to is what was looked at. */
export function publicLookup(hostname: string, options: LookupOptions, found: Found): void {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return found(error, []);
    try {
      for (const { address } of addresses) requirePublic(hostname, address);
    } catch (refusal) {
      return found(refusal as Error, []);
    }
    const [first] = addresses;
    if (options.all === true) return found(null, addresses);
    found(null, first?.address ?? '', first?.family);
  });
}
