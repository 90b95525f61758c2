package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel sees of a fetch of recent data: sendfile, and no read of a segment. */
class StraightBytesTest {
    private static final int RECORDS = 40_000;
    private static final int RECORD_BYTES = 1_024;
    private static final Pattern CALL = Pattern.compile("^(\\w+)\\((\\d+)<([^>]*)>.*\\) = (\\d+)$");
    private static final Pattern SENDFILE_SOURCE =
            Pattern.compile("sendfile\\(\\d+<[^>]*>, \\d+<([^>]*)>");

    @TempDir Path directory;

    @Test
    void recentDataIsSentByTheKernelFromTheFile() throws Exception {
        Assumptions.assumeTrue(
                BrokerProcess.run(Map.of(), List.of("strace", "-o", "/dev/null", "true"), "")
                                .status()
                        == 0,
                "strace does not run on this machine (Debian: apt-get install strace)");
        try (BrokerProcess broker = BrokerProcess.start(directory.resolve("data"))) {
            JavaClient.createTopic(broker.bootstrap(), "straight", 1);
            try (KafkaProducer<byte[], byte[]> producer =
                    JavaClient.producer(broker.bootstrap(), Map.of("batch.size", 64 << 10))) {
                byte[] value = new byte[RECORD_BYTES];
                for (int i = 0; i < RECORDS; i++) {
                    var _ =
                            producer.send(
                                    new ProducerRecord<>("straight", new byte[] {(byte) i}, value));
                }
            }
            Path trace = directory.resolve("trace");
            Process strace =
                    new ProcessBuilder(
                                    "strace",
                                    "-ff",
                                    "-y",
                                    "-s",
                                    "0",
                                    "-e",
                                    "trace=sendfile,read,readv,pread64,preadv,write,writev,sendto,sendmsg,splice,mmap",
                                    "-o",
                                    trace.toString(),
                                    "-p",
                                    Long.toString(broker.pid()))
                            .redirectErrorStream(true)
                            .start();
            // it says that it is attached before it lets the process go on
            assertThat(new String(strace.getInputStream().readNBytes(8), StandardCharsets.UTF_8))
                    .startsWith("strace: ");
            int consumed = JavaClient.consume(broker.bootstrap(), "straight").size();
            strace.destroy();
            assertThat(strace.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(consumed).isEqualTo(RECORDS);
            verify(trace);
        }
    }

    /** Adds up what each of the process's threads did; the trace has a file for each. */
    private void verify(Path trace) throws IOException {
        Tally tally = new Tally();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                if (file.getFileName().toString().startsWith(trace.getFileName() + ".")) {
                    Files.readAllLines(file, StandardCharsets.ISO_8859_1).forEach(tally::add);
                }
            }
        }
        System.out.printf(
                Locale.ROOT,
                "fetch of recent data: %d bytes by sendfile, %d otherwise, %d reads of segments%n",
                tally.sentFromFiles,
                tally.sentOtherwise,
                tally.readsOfSegments);
        assertThat(tally.readsOfSegments).as("reads of segment files").isZero();
        assertThat(tally.sentFromFiles).isGreaterThan((long) RECORDS * RECORD_BYTES);
        assertThat((double) tally.sentFromFiles / (tally.sentFromFiles + tally.sentOtherwise))
                .as("share of the sent bytes that sendfile sent")
                .isGreaterThanOrEqualTo(0.99);
    }

    /** What system calls moved. */
    private static final class Tally {
        private long sentFromFiles;
        private long sentOtherwise;
        private long readsOfSegments;

        void add(String line) {
            Matcher call = CALL.matcher(line);
            if (!call.find()) {
                return;
            }
            boolean reads = call.group(1).contains("read") || call.group(1).equals("splice");
            String on = call.group(3);
            long bytes = Long.parseLong(call.group(4));
            Matcher source = SENDFILE_SOURCE.matcher(line);
            if (source.find()) {
                sentFromFiles += source.group(1).endsWith(".log") ? bytes : 0;
            } else if (on.endsWith(".log")) {
                readsOfSegments += reads ? 1 : 0;
            } else if (on.startsWith("socket:") || on.startsWith("TCP")) {
                sentOtherwise += reads ? 0 : bytes;
            }
        }
    }
}
