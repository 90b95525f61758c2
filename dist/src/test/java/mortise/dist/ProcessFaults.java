package mortise.dist;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The thread that does a broker's process harm, all wanted kinds in turn and in random order. */
final class ProcessFaults implements Runnable {
    private static final List<MixedFault> KINDS =
            List.of(
                    MixedFault.KILL,
                    MixedFault.STOP,
                    MixedFault.FULL_DISK,
                    MixedFault.PAUSE,
                    MixedFault.CUT);

    private final BrokerUnderLoad broker;
    private final FaultTally tally;
    private final Findings findings;
    private final Random random;
    private final TopicChurn churn;
    private final boolean oneLife;
    private final long pauseMillis;
    private final CountDownLatch end;
    private final Deque<MixedFault> next = new ArrayDeque<>();

    /**
     * Prepares it.
     *
     * @param oneLife whether the process is to go on living, for what can be seen of a long life
     * @param pauseMillis about how long to wait between two
     * @param end counted down when the broker is to be left alone
     */
    ProcessFaults(
            BrokerUnderLoad broker,
            FaultTally tally,
            Findings findings,
            Random random,
            TopicChurn churn,
            boolean oneLife,
            long pauseMillis,
            CountDownLatch end) {
        this.broker = broker;
        this.tally = tally;
        this.findings = findings;
        this.random = random;
        this.churn = churn;
        this.oneLife = oneLife;
        this.pauseMillis = pauseMillis;
        this.end = end;
    }

    @Override
    public void run() {
        try {
            while (!end.await(
                    pauseMillis / 2 + random.nextLong(pauseMillis), TimeUnit.MILLISECONDS)) {
                if (next.isEmpty()) {
                    List<MixedFault> kinds = new ArrayList<>(KINDS);
                    Collections.shuffle(kinds, random);
                    kinds.removeIf(kind -> !tally.wants(kind) || (oneLife && endsALife(kind)));
                    next.addAll(kinds);
                }
                if (!next.isEmpty()) {
                    happen(next.poll());
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failure) {
            findings.add("the broker does not come back", failure.toString());
        }
    }

    private static boolean endsALife(MixedFault kind) {
        return kind == MixedFault.KILL || kind == MixedFault.STOP;
    }

    private void happen(MixedFault kind) throws InterruptedException {
        if (!broker.alive()) {
            throw new IllegalStateException("its process has ended by itself");
        }
        switch (kind) {
            case KILL -> broker.kill();
            case STOP -> {
                int status = broker.stop();
                if (status != 0 && status != 143) {
                    findings.add("a clean stop with another status", "status " + status);
                }
            }
            case FULL_DISK -> {
                broker.fullDisk(1_000 + random.nextLong(2_000), churn::createOnFullDisk);
                churn.topicOfTheFullDiskWorks(broker.bootstrap(false));
            }
            case PAUSE -> broker.pause(1_000);
            case CUT -> {
                if (broker.cut() == 0) {
                    return;
                }
            }
            default -> throw new AssertionError(kind + " is none of a process");
        }
        tally.happened(kind);
    }
}
