package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mortise.record.RecordBatch;
import mortise.record.RecordBatchBuilder;
import mortise.wire.ApiKey;
import mortise.wire.Payload;
import mortise.wire.message.ProduceRequest;
import mortise.wire.message.ProduceResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Input that cannot be read and output that cannot be written, on the command line: one line and a
 * status that is not 0, and no record that was sent or lost unsaid.
 */
@ExtendWith(ErrorsPage.class)
class BadStreamsTest {
    private static final int CRC_AT = 17;
    private static final int ATTRIBUTES_AT = 21;
    private static final short GZIP = 1;

    @TempDir static Path directory;

    private static BrokerProcess broker;

    @BeforeAll
    static void start() {
        broker = BrokerProcess.start(directory.resolve("data"));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    /** Runs a line of shell in which {@code $0} is the command. */
    private static BrokerProcess.Finished shell(String script) {
        BrokerProcess.Finished finished =
                BrokerProcess.run(
                        Map.of("MORTISE_BOOTSTRAP", broker.bootstrap()),
                        List.of(
                                "sh",
                                "-c",
                                script,
                                BrokerProcess.HOME.resolve("mortise").toString()),
                        "one\ntwo\n");
        ErrorsPage.saw(finished.err());
        return finished;
    }

    private static void fails(BrokerProcess.Finished finished) {
        assertThat(finished.status()).as(finished.err()).isEqualTo(1);
        assertThat(finished.err().lines().filter(line -> line.startsWith("mortise: ")))
                .as(finished.err())
                .hasSize(1);
        assertThat(finished.err()).doesNotContain("\tat ");
    }

    @Test
    void aFullDiskIsAFailureOfEveryCommandThatPrints() {
        shell("\"$0\" produce printed");
        for (String command :
                List.of(
                        "consume printed",
                        "topics list",
                        "configs describe topic printed",
                        "config list",
                        "completion bash",
                        "--help",
                        "--version")) {
            fails(shell("\"$0\" " + command + " > /dev/full"));
        }
        BrokerProcess.Finished json = shell("\"$0\" consume printed -o json > /dev/full");
        assertThat(json.status()).isEqualTo(1);
        assertThat(json.err())
                .startsWith("{\"error\":\"OUTPUT\",\"message\":\"cannot write the output: ");
    }

    @Test
    void closedStandardInputSendsNothing() {
        fails(shell("\"$0\" topics create silent --partitions 1 && \"$0\" produce silent <&-"));
        assertThat(shell("\"$0\" consume silent").out()).isEmpty();
        assertThat(shell("\"$0\" topics list <&-").out()).contains("silent\n");
    }

    @Test
    void closedStandardOutputIsSaid() {
        fails(shell("\"$0\" topics list >&-"));
        assertThat(shell("\"$0\" --version 2>&-").out()).startsWith("mortise ");
    }

    @Test
    void aDirectoryAsInputIsNamed() {
        fails(shell("\"$0\" produce unread < /"));
    }

    @Test
    void aPartitionThatNoNumberNamesIsMisuse() {
        BrokerProcess.Finished finished = shell("\"$0\" consume printed --partition -1");
        assertThat(finished.status()).isEqualTo(2);
    }

    @Test
    void aBatchThatDoesNotOpenIsNamedAfterWhatLiesBeforeIt() {
        shell("\"$0\" topics create closed --partitions 1 && \"$0\" produce closed");
        RecordBatch batch =
                RecordBatchBuilder.growing(200)
                        .append(
                                System.currentTimeMillis(),
                                null,
                                ByteBuffer.wrap("no gzip".getBytes(StandardCharsets.UTF_8)))
                        .build();
        batch.buffer().putShort(ATTRIBUTES_AT, GZIP);
        batch.buffer().putInt(CRC_AT, batch.computeCrc());
        produce("closed", batch.buffer());
        shell("\"$0\" produce closed");
        BrokerProcess.Finished finished = shell("\"$0\" consume closed");
        fails(finished);
        assertThat(finished.out()).isEqualTo("one\ntwo\n");
        assertThat(shell("\"$0\" consume closed --partition 0 --from 3").out())
                .as("as the line says")
                .isEqualTo("one\ntwo\n");
    }

    private static void produce(String topic, ByteBuffer batch) {
        ProduceRequest request =
                new ProduceRequest()
                        .acks((short) -1)
                        .timeoutMs(10_000)
                        .topicData(
                                List.of(
                                        new ProduceRequest.TopicProduceData()
                                                .name(topic)
                                                .partitionData(
                                                        new ArrayList<>(
                                                                List.of(
                                                                        new ProduceRequest
                                                                                        .PartitionProduceData()
                                                                                .index(0)
                                                                                .records(
                                                                                        Payload.of(
                                                                                                batch)))))));
        try (ByteConnection connection = ByteConnection.to(broker.bootstrap())) {
            assertThat(
                            connection
                                    .call(ApiKey.PRODUCE, 12, request, ProduceResponse.class)
                                    .responses()
                                    .getFirst()
                                    .partitionResponses()
                                    .getFirst()
                                    .errorCode())
                    .isZero();
        }
    }

    @Test
    void aDirectoryThatIsGoneIsSaid() {
        fails(shell("d=$(mktemp -d) && cd \"$d\" && rmdir \"$d\" && \"$0\" --version"));
    }

    @Test
    void anEmptyNameOfADataDirectoryIsMisuse() {
        assertThat(shell("\"$0\" start --data ''").status()).isEqualTo(2);
        assertThat(shell("\"$0\" log accept-loss --data ''").status()).isEqualTo(2);
    }
}
