package mortise.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.types.Schema;
import org.junit.jupiter.api.Test;

/**
 * Our messages against those of Apache Kafka's client library, in every version: what one writes
 * the other reads, with the same values in the same fields, and writes again with the same bytes.
 *
 * <p>The random bytes come from Kafka's description of its protocol, not from ours. {@code
 * -Dmortise.seed=N} replays a run.
 */
class DifferentialTest {
    private static final int LEAST_INSTANCES = 64;
    private static final int MOST_INSTANCES = 2_000;

    private final long seed = Long.getLong("mortise.seed", System.nanoTime());

    @Test
    void everyVersionOfEveryRequestAndResponseIsTheSameOnBothSides() {
        int versions = 0;
        for (Subject subject : Subject.requestsAndResponses()) {
            versions += requireSameInEveryVersion(subject);
        }
        assertThat(versions).isEqualTo(618);
    }

    @Test
    void everyVersionOfHeadersAndDataRecordsIsTheSameOnBothSides() {
        int versions = 0;
        for (Subject subject : Subject.headersAndData()) {
            versions += requireSameInEveryVersion(subject);
        }
        assertThat(versions).isEqualTo(22);
    }

    @Test
    void theDefaultsAreTheSameOnBothSides() {
        for (Subject subject : Subject.all()) {
            Twins.requireSame(subject.name(), subject.newOurs(), subject.newTheirs());
        }
    }

    private int requireSameInEveryVersion(Subject subject) {
        ApiMessage ours = subject.newOurs();
        assertThat(ours.lowestSupportedVersion()).isEqualTo(subject.lowest());
        assertThat(ours.highestSupportedVersion()).isEqualTo(subject.highest());
        for (short version = subject.lowest(); version <= subject.highest(); version++) {
            requireSame(subject, version);
        }
        return subject.versions();
    }

    private void requireSame(Subject subject, short version) {
        String what = subject.name() + " version " + version;
        Schema schema = subject.schema(version);
        SplittableRandom random = new SplittableRandom(seed ^ what.hashCode());
        RandomStructs structs = new RandomStructs(random);
        int instances = 0;
        while (instances < LEAST_INSTANCES
                || (!structs.missing().isEmpty() && instances < MOST_INSTANCES)) {
            ByteBuffer bytes = structs.bytes(subject.name(), schema);
            try {
                requireSame(subject, version, bytes);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        what + ", replay with -Dmortise.seed=" + seed + ": " + e.getMessage(), e);
            }
            instances++;
        }
        assertThat(structs.missing())
                .as("values that fields of %s never had, seed %d", what, seed)
                .isEmpty();
    }

    private static void requireSame(Subject subject, short version, ByteBuffer bytes) {
        Message theirs = subject.newTheirs();
        theirs.read(new ByteBufferAccessor(bytes.duplicate()), version);
        ApiMessage ours = read(subject, version, bytes);
        Twins.requireSame(subject.name(), ours, theirs);

        ByteBuffer theirBytes = Twins.write(theirs, version);
        ByteBuffer ourBytes = Twins.write(ours, version);
        assertThat(ourBytes).as("bytes written").isEqualTo(theirBytes);

        Message theirsAgain = subject.newTheirs();
        theirsAgain.read(new ByteBufferAccessor(ourBytes.duplicate()), version);
        assertThat(theirsAgain).isEqualTo(theirs);
        assertThat(Twins.write(theirsAgain, version)).isEqualTo(ourBytes);

        ApiMessage oursAgain = read(subject, version, direct(theirBytes));
        assertThat(oursAgain).isEqualTo(ours).hasSameHashCodeAs(ours);
        assertThat(Twins.write(oursAgain, version)).isEqualTo(theirBytes);
    }

    private static ApiMessage read(Subject subject, short version, ByteBuffer bytes) {
        WireReader in = new WireReader(bytes);
        ApiMessage ours = subject.newOurs();
        ours.read(in, version);
        in.requireEnd(subject.name());
        return ours;
    }

    private static ByteBuffer direct(ByteBuffer bytes) {
        return ByteBuffer.allocateDirect(bytes.remaining()).put(bytes.duplicate()).flip();
    }

    @Test
    void theRemovedApisHaveNoVersion() {
        List<ApiKey> removed = List.of(ApiKey.values()).stream().filter(ApiKey::isRemoved).toList();

        assertThat(removed)
                .extracting(ApiKey::id)
                .containsExactly((short) 4, (short) 5, (short) 6, (short) 7);
    }
}
