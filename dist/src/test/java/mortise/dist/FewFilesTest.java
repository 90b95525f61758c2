package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A broker whose process may have 1,024 files open, with as many partitions, and a crowd. */
@ExtendWith(ErrorsPage.class)
class FewFilesTest {
    private static final int PARTITIONS = 1_000;
    private static final int CROWD = 500;
    private static final int RECORDS = 5_000;

    @TempDir Path directory;

    @Test
    void aThousandPartitionsAndACrowdLeaveFilesForTheLog() {
        List<String> fewFiles = List.of("sh", "-c", "ulimit -n 1024 && exec \"$@\"", "sh");
        try (BrokerProcess broker =
                BrokerProcess.startIn(fewFiles, directory.resolve("data"), "127.0.0.1:0")) {
            ErrorsPage.saw(broker.log());
            run(
                    broker,
                    "",
                    "topics",
                    "create",
                    "many",
                    "--partitions",
                    Integer.toString(PARTITIONS));
            List<ByteConnection> crowd = new ArrayList<>();
            for (int i = 0; i < CROWD; i++) {
                crowd.add(ByteConnection.from("127.0.0.2", broker.bootstrap(), 0));
            }
            String lines = lines();
            produce(broker, lines);
            assertThat(consumed(broker)).isEqualTo(RECORDS);

            // beyond what there may be: refused one by one, and nobody else hears of it
            for (int i = 0; i < CROWD; i++) {
                crowd.add(ByteConnection.from("127.0.0.3", broker.bootstrap(), 0));
            }
            crowd.forEach(ByteConnection::close);
            produce(broker, lines);
            assertThat(consumed(broker)).isEqualTo(2 * RECORDS);
            assertThat(broker.log())
                    .doesNotContain("has failed")
                    .doesNotContain("out of service")
                    .doesNotContain("out of use")
                    .doesNotContain("cannot accept");
        }
    }

    private static String lines() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < RECORDS; i++) {
            lines.append("record ").append(i).append('\n');
        }
        return lines.toString();
    }

    private static void produce(BrokerProcess broker, String lines) {
        run(broker, lines, "produce", "many", "--partitioner", "round-robin");
    }

    private static long consumed(BrokerProcess broker) {
        return run(broker, "", "consume", "many").out().lines().count();
    }

    private static BrokerProcess.Finished run(
            BrokerProcess broker, String input, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--bootstrap", broker.bootstrap()));
        BrokerProcess.Finished finished =
                BrokerProcess.run(Map.of(), BrokerProcess.command(all), input);
        assertThat(finished.status()).as("%s: %s", all, finished.err()).isZero();
        return finished;
    }
}
