import { expect, test } from '@jest/globals';
import { mountAt } from './mount-table.ts';

const mountinfo = `22 28 0:20 / /proc rw,nosuid shared:12 - proc proc rw
28 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro
91 28 0:47 / /var/lib/krillmanager/volume rw,relatime shared:50 master:3 - fuse.glusterfs 127.0.0.1:/krillmanager rw,user_id=0
92 28 0:48 / /mnt/a\\040b\\134c rw - tmpfs tmpfs rw
93 28 0:49 / /twice rw - tmpfs below rw
94 93 0:50 / /twice rw - ext4 /dev/above rw
`;

test('the volume, with its source, type and device', () => {
  expect(mountAt(mountinfo, '/var/lib/krillmanager/volume')).toEqual({
    mountPoint: '/var/lib/krillmanager/volume',
    source: '127.0.0.1:/krillmanager',
    type: 'fuse.glusterfs',
    device: '0:47',
  });
});

test('a path that is no mount point, an escaped one, and the upper of two', () => {
  expect(mountAt(mountinfo, '/var/lib/krillmanager')).toBeNull();
  expect(mountAt(mountinfo, '/mnt/a b\\c')?.type).toBe('tmpfs');
  expect(mountAt(mountinfo, '/twice')?.source).toBe('/dev/above');
});
