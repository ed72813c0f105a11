export { glusterPool } from './gluster-pool.ts';
export { type GlusterResult, type RunGluster, runGluster } from './run-gluster.ts';
