package mortise.tck.codec;

import static mortise.tck.codec.CodecSample.opened;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.FutureTask;
import java.util.random.RandomGenerator;
import mortise.record.Codec;
import mortise.record.CodecLevels;
import mortise.record.CompressionType;
import mortise.tck.plugin.ProcessEnders;
import mortise.tck.plugin.SideEffects;
import mortise.tck.sim.Seeded;
import org.junit.jupiter.api.Test;

/**
 * What a broker relies on in every codec: bytes come back as they went in, whatever buffer they lie
 * in; bytes of a stranger open to no more than was asked for, or fail with an {@link IOException};
 * and nothing is done but computing.
 */
public interface CodecContract {
    /** More than any sample opens to. */
    int PLENTY = 1 << 22;

    /** What a codec's windows and tables may take of the heap, beside what it opens. */
    long WINDOW_BYTES = 9L << 20;

    /** The codec. */
    Codec codec();

    private String named() {
        return "codec '" + codec().name() + "'";
    }

    @Test
    default void itsNumberAndNameAreThoseOfTheProtocol() {
        CompressionType type = CompressionType.find(codec().id());
        boolean defined = type != null && type != CompressionType.NONE;
        assertThat(defined)
                .as(
                        "whether the Kafka protocol has number %d of %s; it defines 1 to 4 (gzip, snappy, lz4, zstd)",
                        codec().id(), named())
                .isTrue();
        assertThat(codec().name())
                .as("the name that the Kafka protocol gives to number %d", codec().id())
                .isEqualTo(type == null ? "" : type.label());
    }

    @Test
    default void itIsFoundAsAService() {
        assertThat(ServiceLoader.load(Codec.class).stream().map(ServiceLoader.Provider::type))
                .as(
                        "codecs that are declared, in module-info.java or META-INF/services/%s",
                        Codec.class.getName())
                .anyMatch(type -> type.equals(codec().getClass()));
    }

    @Test
    default void itNeverEndsTheProcess() {
        assertThat(ProcessEnders.besideClass(codec().getClass()))
                .as("calls in %s that end the process; a codec throws instead", named())
                .isEmpty();
    }

    /** What was written is read, in pieces of any size and at every level. */
    @Seeded(runs = 10)
    default void whatIsWrittenIsRead(RandomGenerator random) throws IOException {
        CodecLevels levels = codec().levels();
        for (CodecSample sample : CodecSample.some(random)) {
            int level =
                    random.nextBoolean()
                            ? levels.standard()
                            : random.nextInt(Math.max(levels.lowest(), -5), levels.highest() + 1);
            int piece = 1 + random.nextInt(20_000);
            byte[] compressed = sample.compressed(codec(), level, piece);
            assertThat(opened(codec(), ByteBuffer.wrap(compressed), PLENTY, piece))
                    .as(
                            "%s at level %d of %s, written and read in pieces of %d",
                            sample, level, named(), piece)
                    .isEqualTo(sample.bytes());
        }
    }

    /** Single bytes are written and read like many. */
    @Test
    default void singleBytesAreWrittenAndRead() throws IOException {
        CodecSample sample = CodecSample.text(1_000);
        ByteArrayOutputStream sink = new ByteArrayOutputStream();
        try (OutputStream stream = codec().compressing(sink)) {
            for (byte each : sample.bytes()) {
                stream.write(each);
            }
        }
        try (InputStream stream =
                codec().decompressing(ByteBuffer.wrap(sink.toByteArray()), PLENTY)) {
            for (byte each : sample.bytes()) {
                assertThat(stream.read())
                        .as("a byte of %s, read alone from %s", sample, named())
                        .isEqualTo(each & 0xff);
            }
            assertThat(stream.read()).as("what %s says at the end of data", named()).isEqualTo(-1);
        }
    }

    /** A batch lies anywhere: on the heap or off it, read-only, in the middle of others. */
    @Test
    default void itReadsFromWhateverBuffer() throws IOException {
        CodecSample sample = CodecSample.text(50_000);
        byte[] compressed = sample.compressed(codec());
        byte[] around = new byte[compressed.length + 20];
        Arrays.fill(around, (byte) 0x5a);
        System.arraycopy(compressed, 0, around, 7, compressed.length);
        ByteBuffer middle = ByteBuffer.wrap(around, 7, compressed.length);
        ByteBuffer direct = ByteBuffer.allocateDirect(around.length).put(around);
        direct.position(7).limit(7 + compressed.length);
        for (ByteBuffer lent :
                List.of(
                        middle.duplicate(),
                        middle.slice(),
                        middle.asReadOnlyBuffer(),
                        direct.duplicate(),
                        direct.slice(),
                        direct.asReadOnlyBuffer())) {
            String where = lent + (lent.isReadOnly() ? ", read-only" : "");
            int limit = lent.limit();
            byte[] opened = new byte[0];
            try {
                opened = opened(codec(), lent, PLENTY, 1_000);
            } catch (IOException | RuntimeException failure) {
                fail(named() + " cannot open " + sample + " in " + where, failure);
            }
            assertThat(opened)
                    .as("%s, opened by %s in %s", sample, named(), where)
                    .isEqualTo(sample.bytes());
            assertThat(lent.limit()).as("the limit of the lent %s", where).isEqualTo(limit);
        }
        assertThat(Arrays.copyOfRange(around, 7, 7 + compressed.length))
                .as("the compressed bytes, which are lent to %s and not its to change", named())
                .isEqualTo(compressed);
    }

    @Test
    default void closingFinishesTheDataAndClosesTheSink() throws IOException {
        boolean[] closed = {false};
        OutputStream sink =
                new ByteArrayOutputStream() {
                    @Override
                    public void close() {
                        closed[0] = true;
                    }
                };
        codec().compressing(sink).close();
        assertThat(closed[0])
                .as("whether close of a compressing stream of %s closes its sink", named())
                .isTrue();
    }

    @Test
    default void aLevelThatDoesNotExistIsRefusedByName() {
        int level = codec().levels().highest() + 1;
        assertThatExceptionOfType(IllegalArgumentException.class)
                .as("%s is asked for level %d, which its levels() do not have", named(), level)
                .isThrownBy(() -> codec().compressing(OutputStream.nullOutputStream(), level))
                .withMessageContaining(codec().name())
                .withMessageContaining(Integer.toString(level));
    }

    /** What was cut short opens to the beginning of what it was, or fails. */
    @Test
    default void dataThatIsCutIsNeverTakenForTheWhole() throws IOException {
        CodecSample sample = CodecSample.text(100_000);
        byte[] whole = sample.compressed(codec());
        int step = Math.max(1, whole.length / 200);
        for (int cut = 0; cut < whole.length; cut += step) {
            byte[] opened;
            try {
                opened = opened(codec(), ByteBuffer.wrap(whole, 0, cut), PLENTY, 4_096);
            } catch (IOException expected) {
                continue;
            } catch (RuntimeException | LinkageError | AssertionError unexpected) {
                throw new AssertionError(
                        named()
                                + " opens the first "
                                + cut
                                + " of "
                                + whole.length
                                + " bytes and throws "
                                + unexpected
                                + "; what a client sent damaged is an IOException",
                        unexpected);
            }
            assertThat(Arrays.equals(opened, Arrays.copyOf(sample.bytes(), opened.length)))
                    .as(
                            "whether %s opens the first %d of %d bytes to the beginning of %s",
                            named(), cut, whole.length, sample)
                    .isTrue();
            assertThat(opened.length)
                    .as(
                            "how much of %s the first %d of %d bytes open to in %s, without an IOException",
                            sample, cut, whole.length, named())
                    .isLessThan(sample.bytes().length);
        }
    }

    /**
     * Damaged and made-up bytes fail with an {@link IOException} or open to something, and take no
     * more memory than was allowed, whatever they claim.
     */
    @Seeded(runs = 300)
    default void hostileDataIsRefusedOrBounded(RandomGenerator random) throws IOException {
        int limit = 1 << 20;
        byte[] hostile = CodecSample.text(100_000).compressed(codec());
        switch (random.nextInt(3)) {
            case 0 -> {
                hostile = new byte[random.nextInt(300)];
                random.nextBytes(hostile);
            }
            case 1 -> {
                // the beginning is where lengths and windows are claimed
                for (int i = 0; i < 3; i++) {
                    hostile[random.nextInt(Math.min(40, hostile.length))] = (byte) random.nextInt();
                }
            }
            default -> {
                for (int i = 0; i < 3; i++) {
                    hostile[random.nextInt(hostile.length)] = (byte) random.nextInt();
                }
            }
        }
        ByteBuffer lent = ByteBuffer.wrap(hostile);
        String shown = named() + " on " + hostile.length + " damaged bytes";
        long allocated;
        try {
            allocated = allocatedBy(() -> openedOrRefused(lent, limit));
        } catch (RuntimeException | OutOfMemoryError | LinkageError | AssertionError unexpected) {
            throw new AssertionError(
                    shown
                            + " throws "
                            + unexpected
                            + "; what a client sent damaged is an IOException, and what it claims is not believed",
                    unexpected);
        }
        assertThat(allocated)
                .as("heap bytes that %s takes, %d being allowed to come out", shown, limit)
                .isLessThan(3L * limit + WINDOW_BYTES);
    }

    /** 64 MiB of zeros, of which the caller wants one. */
    @Test
    default void aBombTakesNoMoreThanIsAskedFor() throws IOException {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (OutputStream stream = codec().compressing(bomb)) {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 64; i++) {
                stream.write(zeros);
            }
        }
        int limit = 1 << 20;
        long allocated =
                allocatedBy(() -> openedOrRefused(ByteBuffer.wrap(bomb.toByteArray()), limit));
        assertThat(allocated)
                .as(
                        "heap bytes that %s takes to open %d bytes up to %d bytes",
                        named(), bomb.size(), limit)
                .isLessThan(3L * limit + bomb.size() + WINDOW_BYTES);
    }

    /** Streams may be given up halfway, and closed twice; the codec keeps nothing of them. */
    @Test
    default void streamsKnowNothingOfEachOther() throws IOException {
        CodecSample sample = CodecSample.text(300_000);
        byte[] compressed = sample.compressed(codec());
        InputStream first = codec().decompressing(ByteBuffer.wrap(compressed), PLENTY);
        InputStream second = codec().decompressing(ByteBuffer.wrap(compressed), PLENTY);
        assertThat(first.read()).as("the first byte, of %s", named()).isEqualTo(sample.bytes()[0]);
        assertThat(second.readAllBytes())
                .as("what a stream of %s reads while another is halfway", named())
                .isEqualTo(sample.bytes());
        first.close();
        first.close();
        second.close();
        assertThat(opened(codec(), ByteBuffer.wrap(compressed), PLENTY, 4_096))
                .as("what %s reads after a stream was given up", named())
                .isEqualTo(sample.bytes());
    }

    @Test
    default void manyThreadsMayUseIt() throws Exception {
        List<FutureTask<Boolean>> tasks = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            CodecSample sample = CodecSample.text(100_000 + thread);
            tasks.add(
                    new FutureTask<>(() -> {
                        for (int round = 0; round < 20; round++) {
                            ByteBuffer compressed = ByteBuffer.wrap(sample.compressed(codec()));
                            byte[] opened = opened(codec(), compressed, PLENTY, 4_096);
                            if (!Arrays.equals(opened, sample.bytes())) {
                                return false;
                            }
                        }
                        return true;
                    }));
        }
        tasks.forEach(task -> Thread.ofPlatform().daemon().start(task));
        for (FutureTask<Boolean> task : tasks) {
            assertThat(task.get())
                    .as("whether bytes come back from %s while four threads use it", named())
                    .isTrue();
        }
    }

    /** Neither files nor connections nor waits, once it is loaded. */
    @Test
    default void itOnlyComputes() throws Exception {
        CodecSample sample = CodecSample.text(100_000);
        SideEffects.Code roundTrip =
                () -> {
                    ByteBuffer compressed = ByteBuffer.wrap(sample.compressed(codec()));
                    assertThat(opened(codec(), compressed, PLENTY, 4_096))
                            .as("%s through %s", sample, named())
                            .isEqualTo(sample.bytes());
                };
        roundTrip.run();
        assertThat(SideEffects.of(roundTrip))
                .as("what %s does beside computing", named())
                .isEmpty();
    }

    private void openedOrRefused(ByteBuffer compressed, int limit) {
        try {
            var _ = opened(codec(), compressed, limit, 4_096);
        } catch (IOException refused) {
            assertThat(refused).as("why %s refuses data", named()).isNotNull();
        }
    }

    private static long allocatedBy(Runnable code) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        code.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
