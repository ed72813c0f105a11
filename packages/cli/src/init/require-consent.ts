import { describe, type Plan, type Step } from '@krillmanager/core';
import { type ConfirmOptions, confirm } from '../confirm.ts';

const isDestructive = (step: Step): boolean => 'destructive' in step && step.destructive === true;

/**
 * Names what a plan takes away and asks for it.
 * @throws UserError (exit 3) without --yes where nobody can be asked, or when the answer is another
 */
export async function requireConsent(plan: Plan, options: ConfirmOptions): Promise<void> {
  const severe = plan.steps.filter(isDestructive);
  if (severe.length === 0) return;
  const nodes = [...new Set(severe.flatMap((step) => ('node' in step ? [step.node] : [])))];
  const removing = nodes.length > 0;
  const fewer = severe.some(({ kind }) => kind === 'volume.removeBrick');
  const over = severe.some(({ kind }) => kind === 'krill.startOver');
  const act = {
    what: [
      ...(removing ? [`Removing ${nodes.join(', ')} from the cluster`] : []),
      ...(fewer ? ['Dropping copies of the volume'] : []),
      ...(over ? ["Starting Krill's initialisation over"] : []),
    ].join('; '),
    lost: severe.map(describe),
    word: [
      ...(removing ? [`remove ${nodes.join(' ')}`] : []),
      ...(fewer ? ['drop copies'] : []),
      ...(over ? ['start over'] : []),
    ].join(', '),
  };
  await confirm(act, options);
}
