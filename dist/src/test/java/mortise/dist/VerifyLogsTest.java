package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mortise log verify} and {@code dump} over the files of a real broker, sound and not. */
class VerifyLogsTest {
    /** Behind the header of a segment's first batch. */
    private static final int INTO_RECORDS = 200;

    private static final int RECORDS = 3_000;

    @TempDir Path directory;
    private Path data;
    private Path log;

    private static BrokerProcess.Finished run(int status, String input, String... arguments) {
        BrokerProcess.Finished finished =
                BrokerProcess.run(Map.of(), BrokerProcess.command(List.of(arguments)), input);
        assertThat(finished.status())
                .as("%s: %s%s", List.of(arguments), finished.out(), finished.err())
                .isEqualTo(status);
        return finished;
    }

    @BeforeEach
    void severalSegmentsAreWritten() throws IOException {
        data = directory.resolve("data");
        log = data.resolve("local/logs/orders-0");
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            String at = broker.bootstrap();
            run(
                    0,
                    "",
                    "topics",
                    "create",
                    "orders",
                    "--partitions",
                    "1",
                    "--config",
                    "segment.bytes=1048576",
                    "--bootstrap",
                    at);
            String lines =
                    IntStream.range(0, RECORDS)
                            .mapToObj(i -> i + " " + "z".repeat(990))
                            .collect(Collectors.joining("\n", "", "\n"));
            run(0, lines, "produce", "orders", "--bootstrap", at);
            broker.stop();
        }
        assertThat(files(".log")).hasSizeGreaterThan(2);
    }

    private List<Path> files(String suffix) throws IOException {
        try (var files = Files.list(log)) {
            return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
        }
    }

    private BrokerProcess.Finished verify(int status, String... more) {
        String[] verify = {"log", "verify", "--data", data.toString()};
        return run(status, "", with(verify, more));
    }

    @Test
    void aSoundLogIsCountedAndNothingIsWrong() {
        assertThat(verify(0).out())
                .contains("orders-0: offsets 0 to " + RECORDS + ", ")
                .contains(", " + RECORDS + " records, ")
                .contains(": sound")
                .contains("1 logs, nothing is wrong");
        assertThat(verify(0, "-o", "json").out())
                .contains("\"records\":" + RECORDS)
                .contains("\"problems\":[]");
        assertThat(verify(0, "--topic", "other").out()).isEqualTo("0 logs, nothing is wrong\n");
    }

    @Test
    void aFlippedBitOfARecordIsFoundAndTheRestIsReadOn() throws IOException {
        Path segment = files(".log").get(1);
        byte[] bytes = Files.readAllBytes(segment);
        bytes[INTO_RECORDS] ^= 1;
        Files.write(segment, bytes);

        BrokerProcess.Finished found = verify(1);

        assertThat(found.out())
                .containsPattern("orders-0: offsets \\d+ to \\d+: .* has a wrong checksum")
                .contains("1 of 1 logs are not as they should be");
        assertThat(found.out().lines().filter(line -> line.contains("checksum"))).hasSize(1);
    }

    /** What the walk passes over it names by offsets, also where a look-up meets it first. */
    @Test
    void aDamagedHeaderIsNamedByItsOffsets() throws IOException {
        Path segment = files(".log").getFirst();
        byte[] bytes = Files.readAllBytes(segment);
        int second = 12 + ByteBuffer.wrap(bytes).getInt(8);
        long from = ByteBuffer.wrap(bytes).getLong(second);
        bytes[second] ^= 1;
        Files.write(segment, bytes);

        BrokerProcess.Finished found = verify(1);

        assertThat(found.out().lines().filter(line -> line.contains("offsets " + from + " to ")))
                .as("%s", found.out())
                .hasSize(1);
        assertThat(found.out()).contains("1 of 1 logs are not as they should be");
    }

    @Test
    void aRepairCutsOutWhatIsDamagedAndMissingAndNothingElse() throws IOException {
        List<Path> segments = files(".log");
        byte[] bytes = Files.readAllBytes(segments.get(1));
        bytes[INTO_RECORDS] ^= 1;
        Files.write(segments.get(1), bytes);
        Files.delete(segments.getFirst());
        String[] repair = {"log", "repair", "--data", data.toString()};

        assertThat(run(1, "", repair).out())
                .containsPattern("orders-0: offsets \\d+ to \\d+ cannot be read: .*checksum")
                .containsPattern("orders-0: offsets 0 to \\d+ cannot be read: .*is missing")
                .contains("nothing was changed");
        assertThat(verify(1).out()).contains(" has a wrong checksum");
        assertThat(run(0, "", with(repair, "--yes")).out()).contains("are given up");
        assertThat(run(0, "", with(repair, "-o", "json")).out()).contains("\"logs\":[]");
        assertThat(verify(0).out()).contains("nothing is wrong");
    }

    @Test
    void aMissingSegmentIsNamed() throws IOException {
        Files.delete(files(".log").get(1));

        assertThat(verify(1).out())
                .containsPattern("orders-0: offsets \\d+ to \\d+: \\d+\\.log is missing");
    }

    @Test
    void epochsThatDoNotAgreeWithTheBatchesAreFound() throws IOException {
        List<Path> kept = files(".epochs");
        assertThat(kept).hasSize(1);
        String epochs = Files.readString(kept.getFirst());
        assertThat(epochs).contains("\n0 0\n");
        // as they were written before they had a checksum; with a wrong one nobody believes them
        Files.writeString(
                kept.getFirst(),
                epochs.substring(0, epochs.indexOf("checksum")).replace("\n0 0\n", "\n7 0\n"));

        assertThat(verify(1).out())
                .contains("is of leader epoch 0, the epochs kept beside the log say 7");
    }

    @Test
    void aDumpHasEveryBatchAndRecord() {
        String[] dump = {
            "log", "dump", "--data", data.toString(), "--topic", "orders", "--partition", "0"
        };
        List<String> batches = run(0, "", dump).out().lines().toList();
        assertThat(batches.getFirst()).startsWith("offsets 0 to ").contains(", codec none, ");
        assertThat(batches.getLast()).contains(" to " + (RECORDS - 1) + ", ");
        List<String> records = run(0, "", with(dump, "--records")).out().lines().toList();
        assertThat(records).hasSize(batches.size() + RECORDS);
        assertThat(records).filteredOn(line -> line.startsWith("  {\"offset\":1999,")).hasSize(1);
        assertThat(run(0, "", with(dump, "--from", "2000", "--max", "1", "-o", "json")).out())
                .contains("\"codec\":\"none\"")
                .satisfies(one -> assertThat(one.lines()).hasSize(1));
        assertThat(run(2, "", "log", "dump", "--data", data.toString()).err())
                .contains("--topic and --partition");
        dump[7] = "1";
        assertThat(run(1, "", dump).err()).contains("there is no log of orders-1");
    }

    private static String[] with(String[] arguments, String... more) {
        return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
    }

    /** An index is only believed where a batch lies, so look-ups hold without it. */
    @Test
    void aLyingIndexHarmsNoLookUp() throws IOException {
        Path index = files(".index").getFirst();
        byte[] bytes = Files.readAllBytes(index);
        for (int i = 4; i < bytes.length; i += 8) {
            bytes[i + 3] ^= 1;
        }
        Files.write(index, bytes);

        verify(0);
    }
}
