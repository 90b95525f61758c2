package mortise.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mortise.tck.sim.SimClock;
import org.junit.jupiter.api.Test;

/** What strangers can do to the log. */
class PeerLogTest {
    private static final int MOST_LINES = 40;
    private static final Pattern COUNT = Pattern.compile("=(\\d+)");

    private final SimClock clock = new SimClock();
    private final PeerLog log = new PeerLog(clock, MOST_LINES);

    @Test
    void aThousandAddressesDoNotMakeAThousandLinesAndWhatIsLeftOutIsCounted() {
        try (PeerLines lines = new PeerLines()) {
            int said = 0;
            for (int host = 0; host < 1_000; host++) {
                log.closing("10.0.0." + host, "10.0.0." + host + ":1", CloseReason.TLS, "TLS");
                said++;
            }
            assertThat(lines.lines()).hasSize(MOST_LINES / 4);
            clock.advance(PeerLog.INTERVAL);
            log.sweep();
            assertThat(lines.lines()).hasSize(MOST_LINES / 4 + 1);
            assertThat(MOST_LINES / 4 + leftOut(lines.lines())).isEqualTo(said);
        }
    }

    @Test
    void allKindsTogetherHaveABound() {
        try (PeerLines lines = new PeerLines()) {
            int said = 0;
            for (int host = 0; host < 200; host++) {
                for (CloseReason reason : CloseReason.values()) {
                    log.closing("h" + host, "h" + host + ":1", reason, "as the test wants");
                    log.failed("h" + host, "kind " + reason, "a failure", new OutOfMemoryError());
                    said += 2;
                }
            }
            assertThat(lines.lines()).hasSize(MOST_LINES);
            clock.advance(PeerLog.INTERVAL);
            log.sweep();
            assertThat(MOST_LINES + leftOut(lines.lines())).isEqualTo(said);
        }
    }

    @Test
    void whatOnePeerRepeatsIsCountedThoughItNeverComesBack() {
        try (PeerLines lines = new PeerLines()) {
            for (int i = 0; i < 100; i++) {
                log.failed("h", "response", "a failure", new IllegalStateException());
            }
            assertThat(lines.lines()).hasSize(1);
            clock.advance(PeerLog.INTERVAL.multipliedBy(2));
            log.sweep();
            log.sweep();
            assertThat(lines.lines()).hasSize(2);
            assertThat(leftOut(lines.lines())).isEqualTo(99);
        }
    }

    private static int leftOut(List<String> lines) {
        int sum = 0;
        for (String line : lines) {
            if (line.contains("were left out")) {
                Matcher count = COUNT.matcher(line);
                while (count.find()) {
                    sum += Integer.parseInt(count.group(1));
                }
            }
        }
        return sum;
    }
}
