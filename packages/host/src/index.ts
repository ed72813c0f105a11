export { hostFiles } from './files/host-files.ts';
export { hostNames } from './files/host-names.ts';
export { notifySystemd, type SystemdState } from './system/notify-systemd.ts';
export { systemdUnits } from './system/systemd-units.ts';
