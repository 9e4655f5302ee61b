import type { ChaosReport } from '../chaos/chaos-run';

/** One promise, whether it was kept, and what was seen. */
export interface BrokerCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** The promises that a run by way of a broker must have kept; a fault that did not take place proves nothing. */
export function checksOf(report: ChaosReport): BrokerCheck[] {
  const { acked, stored, missing, double, statisticsEqual, settled, missed, differing, faults } = report;
  const times = (fault: string): number => faults.filter((one) => one.fault === fault).length;
  const leaders = times('kill leader');
  const struck = (name: string, fault: string, detail: string): BrokerCheck => {
    const count = times(fault);
    return { name, ok: count > 0 && missing === 0 && double === 0, detail: `${detail}; times: ${count}` };
  };
  return [
    {
      name: 'nothing is missing when leaders are killed while events are published',
      ok: leaders > 1 && missing === 0 && acked > 0,
      detail:
        `${acked} acknowledged, ${stored} stored, ${missing} missing, leaders killed: ${leaders} ${missed.join(' ')}`.trim(),
    },
    { name: 'nothing is double', ok: double === 0, detail: `${double} of ${stored} double` },
    {
      name: 'all that was on its way arrives within three minutes',
      ok: settled,
      detail: settled ? 'spool, queues and deltas are empty' : 'something was still on its way',
    },
    {
      name: 'kept statistics equal a recount',
      ok: statisticsEqual,
      detail: statisticsEqual ? 'equal' : differing.join(' '),
    },
    struck(
      'events are acknowledged while no node runs',
      'stop broker',
      'all nodes killed, events acknowledged meanwhile',
    ),
    struck(
      'a writer killed between COMMIT and acknowledgement stores nothing twice',
      'kill writer before it acknowledges',
      'its acknowledgements held back on the wire, killed after a COMMIT',
    ),
    struck(
      'a message nobody can read is a dead letter with its bytes, its neighbours are stored',
      'send unreadable',
      'three kinds of damage',
    ),
  ];
}
