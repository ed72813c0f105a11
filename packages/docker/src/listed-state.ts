import { type ContainerState, retired, successor } from '@krillmanager/core';
import type { ContainerInspectInfo } from 'dockerode';
import { containerState } from './container-state.ts';
import { retiredName, successorName } from './handover.ts';

/** As listed: one that takes over from another, or was replaced, is something else than that other. */
export function listedState(found: ContainerInspectInfo): ContainerState {
  const state = containerState(found);
  const { name } = state;
  if (isNamed(found, successorName(name))) return { ...state, name: successor(name) };
  return isNamed(found, retiredName(name)) ? { ...state, name: retired(name) } : state;
}

/** Docker's names begin with a slash. */
const isNamed = (found: ContainerInspectInfo, name: string): boolean => found.Name === `/${name}`;
