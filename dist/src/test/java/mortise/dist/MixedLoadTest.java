package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Mixed load on a real process with real clients, while topics are deleted, created, grown and
 * trimmed and the process is killed, stopped, held still, cut off and left without room.
 *
 * <p>Short in the build; {@code -Dmortise.mixed.seconds=1800} for half an hour, {@code
 * -Dmortise.mixed.without=deletion,full-disk} without some kinds of faults ({@link MixedFault}).
 */
class MixedLoadTest {
    private static final int SECONDS = Integer.getInteger("mortise.mixed.seconds", 40);
    private static final Set<MixedFault> KINDS =
            MixedFault.without(System.getProperty("mortise.mixed.without", ""));
    private static final int DISK_MEGABYTES = 768;

    @TempDir Path directory;

    @Test
    void nothingAcknowledgedIsLostOrDoubledAndNothingGrows() throws Exception {
        Kcat.required();
        long seed = Long.getLong("mortise.seed", 8L);
        Random random = new Random(seed);
        try (BoundedDisk disk = BoundedDisk.mount(directory.resolve("disk"), DISK_MEGABYTES)) {
            Set<MixedFault> kinds = KINDS;
            if (!disk.bounded()) {
                kinds.remove(MixedFault.FULL_DISK);
                kinds.remove(MixedFault.CREATION_ON_FULL_DISK);
            }
            MixedLoad load = new MixedLoad(disk, directory.resolve("data"), kinds, random);
            Logger clients = (Logger) LoggerFactory.getLogger("org.apache.kafka");
            Level spoken = clients.getLevel();
            // they say a line for each connection that ends and each request that is tried again
            clients.setLevel(Level.ERROR);
            try {
                load.run(SECONDS);
            } finally {
                clients.setLevel(spoken);
                System.out.println(load.report());
            }
            assertThat(load.findings().toString())
                    .as(
                            "what was found in %d s of mixed load (replay with -Dmortise.seed=%d -Dmortise.mixed.seconds=%d);%n%s",
                            SECONDS, seed, SECONDS, load.brokerErrors())
                    .isEmpty();
            assertThat(load.missing()).as("kinds of faults that never happened").isEmpty();
            Assumptions.assumeTrue(
                    disk.bounded(),
                    String.format(
                            Locale.ROOT,
                            "all else held, but no disk was filled: no file system can be mounted here (%s)",
                            disk.lack()));
        }
    }

    @Test
    void kindsOfFaultsHaveNames() {
        assertThat(MixedFault.without("deletion, full-disk"))
                .doesNotContain(MixedFault.DELETION, MixedFault.FULL_DISK)
                .contains(MixedFault.KILL, MixedFault.CREATION_ON_FULL_DISK);
        assertThat(List.of(MixedFault.values()))
                .allSatisfy(
                        kind -> assertThat(MixedFault.without(kind.word())).doesNotContain(kind));
    }
}
