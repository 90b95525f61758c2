package mortise.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import mortise.api.HostPort;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Brokers that start and stop again and again in one process leave nothing behind. */
class RestartLeakTest {
    /** Until lazily made things of the process are there. */
    private static final int WARM_UP = 10;

    private static final int ROUNDS = 100;

    /** A client is used in every so manieth round, the broker in all of them. */
    private static final int CLIENT_EVERY = 10;

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Less than what one broker takes for its buffers and histograms, times the rounds. */
    private static final long HEAP_GROWTH_BOUND = 8L << 20;

    private static final long DIRECT_GROWTH_BOUND = 8L << 20;
    private static final int CLASS_GROWTH_BOUND = 200;

    @TempDir private Path data;

    private final List<WeakReference<Broker>> brokers = new ArrayList<>();
    private final List<HostPort> ports = new ArrayList<>();

    /** What a process holds, that a broker could leave behind. */
    private record Holdings(
            Set<Thread> threads,
            Map<String, Long> descriptors,
            long heapBytes,
            long directBytes,
            int classes) {}

    @AfterEach
    void forget() {
        brokers.clear();
    }

    @Test
    void inMemory() throws Exception {
        leavesNothing(
                new BrokerBuilder()
                        .set("plugins.storage", "memory")
                        .set("consensus.raft.storage", "memory")
                        .set("listeners", "127.0.0.1:0"));
    }

    @Test
    void onLocalDisk() throws Exception {
        leavesNothing(
                new BrokerBuilder()
                        .set("data.directory", data.toString())
                        .set("listeners", "127.0.0.1:0"));
    }

    @Test
    void killedOnLocalDisk() throws Exception {
        BrokerBuilder builder =
                new BrokerBuilder()
                        .set("data.directory", data.toString())
                        .set("listeners", "127.0.0.1:0");
        leavesNothing(builder, 20, Broker::kill);
    }

    private void leavesNothing(BrokerBuilder builder) throws Exception {
        leavesNothing(builder, ROUNDS, Broker::close);
    }

    private void leavesNothing(BrokerBuilder builder, int rounds, Ending ending) throws Exception {
        assumeTrue(OpenDescriptors.areShown(), "the system does not show its file descriptors");
        Set<Thread> strangers = threads();
        rounds(builder, WARM_UP, ending);
        awaitEnd(strangers);
        Holdings before = holdings();

        rounds(builder, rounds, ending);

        assertThat(names(awaitEnd(before.threads()))).as("threads").isEmpty();
        Holdings after = holdings();
        assertThat(more(before.descriptors(), after.descriptors()))
                .as("file descriptors")
                .isEmpty();
        assertThat(ports.stream().filter(RestartLeakTest::answers)).as("ports").isEmpty();
        assertThat(brokers.stream().filter(broker -> broker.get() != null).count())
                .as("brokers that something still holds")
                .isZero();
        assertThat(after.heapBytes() - before.heapBytes())
                .as("bytes of heap")
                .isLessThan(HEAP_GROWTH_BOUND);
        assertThat(after.directBytes() - before.directBytes())
                .as("bytes outside of the heap")
                .isLessThan(DIRECT_GROWTH_BOUND);
        assertThat(after.classes() - before.classes()).as("classes").isLessThan(CLASS_GROWTH_BOUND);
    }

    /** How a broker's life ends. */
    private interface Ending {
        void of(Broker broker);
    }

    private void rounds(BrokerBuilder builder, int count, Ending ending) throws Exception {
        for (int round = 0; round < count; round++) {
            Broker broker = builder.start();
            brokers.add(new WeakReference<>(broker));
            HostPort bound = broker.status().listeners().get("PLAINTEXT");
            ports.add(bound);
            if (round % CLIENT_EVERY == 0) {
                useAsAClient(bound.toString());
            } else {
                connect(bound).close();
            }
            ending.of(broker);
        }
    }

    private static void useAsAClient(String bootstrap) throws Exception {
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrap);
        try (Admin admin = Admin.create(config)) {
            if (admin.listTopics().names().get().isEmpty()) {
                admin.createTopics(List.of(new NewTopic("orders", 3, (short) 1))).all().get();
            }
        }
        try (var producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int partition = 0; partition < 3; partition++) {
                var _ = producer.send(new ProducerRecord<>("orders", partition, null, new byte[1]));
            }
        }
    }

    private static Socket connect(HostPort address) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(address.host(), address.port()));
        return socket;
    }

    private static boolean answers(HostPort address) {
        try (Socket socket = connect(address)) {
            return socket.isConnected();
        } catch (ConnectException refused) {
            return false;
        } catch (IOException failed) {
            throw new AssertionError("connecting to " + address, failed);
        }
    }

    // ---- what the process holds

    private static Holdings holdings() throws IOException {
        // before a collection, which closes what nobody holds any more
        Map<String, Long> descriptors = descriptors();
        return new Holdings(
                threads(),
                descriptors,
                settledHeapBytes(),
                directBytes(),
                ManagementFactory.getClassLoadingMXBean().getLoadedClassCount());
    }

    private static Map<String, Long> descriptors() throws IOException {
        return OpenDescriptors.now().stream()
                .map(target -> target.replaceFirst(":\\[\\d+]$", ""))
                .collect(
                        Collectors.groupingBy(
                                target -> target, TreeMap::new, Collectors.counting()));
    }

    private static long settledHeapBytes() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least =
                    Math.min(
                            least,
                            ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    private static long directBytes() {
        long pooled = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
        return pooled
                + ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                        .mapToLong(BufferPoolMXBean::getMemoryUsed)
                        .sum();
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet();
    }

    /** Waits for the threads that were not there before to end; those that did not. */
    private static List<Thread> awaitEnd(Set<Thread> before) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        List<Thread> alive = new ArrayList<>();
        for (Thread thread : threads()) {
            if (!before.contains(thread) && !ofTheProcess(thread)) {
                long left = Math.max(1_000_000, deadline - System.nanoTime());
                if (!thread.join(Duration.ofNanos(left))) {
                    alive.add(thread);
                }
            }
        }
        return alive;
    }

    /** Threads that the JDK shares among everybody and keeps, or ends when they have been idle. */
    private static boolean ofTheProcess(Thread thread) {
        String name = thread.getName();
        return name.startsWith("ForkJoinPool-")
                || name.startsWith("VirtualThread-")
                || name.startsWith("Read-Poller")
                || name.startsWith("Write-Poller")
                || name.startsWith("globalEventExecutor");
    }

    private static List<String> names(List<Thread> threads) {
        return threads.stream().map(Thread::getName).sorted().toList();
    }

    /** What there is more of than before, and how much more. */
    private static Map<String, Long> more(Map<String, Long> before, Map<String, Long> after) {
        Map<String, Long> more = new TreeMap<>();
        after.forEach((target, count) -> {
            long was = before.getOrDefault(target, 0L);
            if (count > was) {
                more.put(target, count - was);
            }
        });
        return more;
    }
}
