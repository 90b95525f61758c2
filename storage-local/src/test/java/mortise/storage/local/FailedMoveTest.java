package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Predicate;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogMoves;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageException.Reach;
import mortise.tck.sim.Fault;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.junit.jupiter.api.Test;

/** Directories that fail while a copy takes the place of its log. */
class FailedMoveTest {
    private static final Map<String, String> TWO = Map.of("storage.local.directories", "a,b");

    private final SimDisk disk = SimDisk.create(1);
    private final SimContext context = SimContext.on(disk, 1);

    private static LogDirectory other(Broker broker) {
        return broker.store().directories().stream()
                .filter(directory -> !directory.id().equals(broker.log().directory().id()))
                .findFirst()
                .orElseThrow();
    }

    private static LogMoves moves(Broker broker) {
        return broker.store().moves().orElseThrow();
    }

    /** A log of a few segments, with a copy that holds the same. */
    private Broker withCopy() {
        Broker broker = Broker.on(context, Broker.SMALL, TWO);
        PartitionLog copy = moves(broker).begin(Broker.ORDERS_3, other(broker), Broker.SMALL);
        for (int i = 0; i < 30; i++) {
            Batches batches = broker.append(10, 1_000, i);
            copy.rollIfNeeded(batches.sizeInBytes(), i, context.clock().wallMillis());
            copy.append(batches);
        }
        copy.sync();
        return broker;
    }

    private Reach replaceFails(Broker broker, Predicate<Path> failing) {
        try (Fault fault = disk.failForces(failing, new IOException("Input/output error"))) {
            assertThatThrownBy(() -> moves(broker).replace(Broker.ORDERS_3))
                    .isInstanceOf(StorageException.class);
            assertThat(fault.met()).isPositive();
        }
        try {
            broker.log().position(0);
            return Reach.CALL;
        } catch (StorageException outOfUse) {
            return outOfUse.reach();
        }
    }

    private void isThereAfterARestart(Broker broker, byte[] before) {
        broker.store().abandon();
        try (Broker again = Broker.on(context.restarted(), Broker.SMALL, TWO)) {
            assertThat(again.readAll(0)).isEqualTo(before);
            assertThat(again.log().missing()).isEmpty();
        }
    }

    @Test
    void aTargetThatFailsBeforeTheMoveCountsLeavesTheLogAsItWas() {
        Broker broker = withCopy();
        Path target = Path.of(other(broker).location());
        byte[] before = broker.readAll(0);

        assertThat(replaceFails(broker, path -> path.toString().startsWith(target.toString())))
                .isEqualTo(Reach.CALL);

        Batches more = broker.append(10, 1_000, 99);
        broker.log().sync();
        ByteBuffer all = ByteBuffer.allocate(before.length + more.sizeInBytes());
        all.put(before).put(broker.read(300));
        isThereAfterARestart(broker, all.array());
    }

    @Test
    void aLogWhoseNameMayBeGoneOrNotIsFoundByTheNextStart() {
        Broker broker = withCopy();
        String place = broker.log().directory().location();
        byte[] before = broker.readAll(0);

        assertThat(replaceFails(broker, path -> path.toString().equals(place)))
                .isEqualTo(Reach.DIRECTORY);

        isThereAfterARestart(broker, before);
    }

    @Test
    void aTargetThatFailsAfterTheMoveCountsHasTheLogAtTheNextStart() {
        Broker broker = withCopy();
        String target = other(broker).location();
        byte[] before = broker.readAll(0);

        assertThat(replaceFails(broker, path -> path.toString().equals(target)))
                .isEqualTo(Reach.LOG);

        isThereAfterARestart(broker, before);
    }

    @Test
    void aMoveThatMeetsAnotherThingOfTheLogsNameIsRefused() throws IOException {
        Broker broker = Broker.on(context, Broker.SMALL, TWO);
        Path target = context.dataDirectory().resolve(other(broker).location());
        Files.createDirectories(target.resolve("orders-3"));
        Files.writeString(target.resolve("orders-3/notes.txt"), "mine");

        assertThatThrownBy(() -> moves(broker).begin(Broker.ORDERS_3, other(broker), Broker.SMALL))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("orders-3 is there already");
        broker.append(1, 10, 1);
        broker.close();
    }
}
