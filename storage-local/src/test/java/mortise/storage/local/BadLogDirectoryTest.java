package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import mortise.api.config.Config;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.StorageException;
import mortise.tck.sim.Fault;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Log directories that cannot be used at the start: offline, and the others go on. */
class BadLogDirectoryTest {
    private static final String ID = "directory_id: 6ba7b810-9dad-11d1-80b4-00c04fd430c8";

    private final SimDisk disk = SimDisk.create(1);
    private final SimContext context = SimContext.on(disk, 1).withInlineThreads();

    private LogStore store(String directories) {
        LocalStorageProvider provider = new LocalStorageProvider();
        return provider.create(
                Config.of(provider.config(), Map.of("storage.local.directories", directories)),
                context);
    }

    private LogStore started(String directories) {
        LogStore store = store(directories);
        store.start();
        return store;
    }

    private Path directory(String name) {
        return context.dataDirectory().resolve(name);
    }

    /** Two directories with one log each. */
    private void twoLogs() {
        LogStore store = started("a,b");
        store.open(Broker.id("one", 0), Broker.SMALL).append(Batches.of(0, 3, 10, 1));
        store.open(Broker.id("two", 0), Broker.SMALL).append(Batches.of(0, 3, 10, 1));
        store.close();
    }

    private LogId in(String name) {
        return Files.isDirectory(directory(name).resolve("one-0"))
                ? Broker.id("one", 0)
                : Broker.id("two", 0);
    }

    private static LogDirectory at(LogStore store, String name) {
        return store.directories().stream()
                .filter(directory -> directory.location().endsWith(name))
                .findFirst()
                .orElseThrow();
    }

    /** Directory a is offline for a reason, its log with it; b serves and takes what is new. */
    private void offline(String why) {
        LogStore store = started("a,b");
        assertThat(at(store, "a").failure())
                .hasValueSatisfying(said -> {
                    assertThat(said).contains(why);
                    assertThat(said.lines()).hasSize(1);
                });
        assertThat(at(store, "b").failure()).isEmpty();
        assertThat(at(store, "a").id()).isNotEqualTo(at(store, "b").id());
        assertThatThrownBy(() -> store.open(in("a"), Broker.SMALL))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("may lie in a log directory that is offline")
                .hasMessageContaining(why);
        assertThat(store.open(in("b"), Broker.SMALL).bounds().endOffset()).isEqualTo(3);
        for (int i = 0; i < 3; i++) {
            assertThat(store.create(Broker.id("new", i), Broker.SMALL).directory())
                    .isSameAs(at(store, "b"));
        }
        assertThat(context.logger().lines())
                .filteredOn(line -> line.text().contains("has failed and its partitions"))
                .isNotEmpty();
        store.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "|is empty",
                "version: 0~|is cut off",
                "version: 0~directory_id: 6ba7b810-9dad|is cut off",
                "version: 0~" + ID + "|is cut off",
                "version: 0~directory_id: nonsense~|is cut off",
                "version: 1~" + ID + "~|begins with 'version: 1'; 'version: 0' was expected",
                "x\u0001\u0002y|begins with 'x??y'",
                "version: 0~" + ID + "~node_id: 7~|belongs to node 7, this is node 0",
                "version: 0~" + ID + "~node_id: x~|has 'node_id: x'"
            })
    void aDamagedIdentityTakesItsDirectoryOffline(String text, String why) throws IOException {
        twoLogs();
        Path identity = directory("a").resolve("mortise-directory");
        byte[] right = Files.readAllBytes(identity);
        Files.writeString(identity, text == null ? "" : text.replace('~', '\n'));
        LogStore without = started("a,b");
        assertThat(at(without, "a").failure()).isPresent();

        // its lock is given back while the broker runs, so that another can have it
        Files.write(identity, right);
        LogStore other = started("a");
        assertThat(at(other, "a").failure()).isEmpty();
        other.close();
        without.close();
        Files.writeString(identity, text == null ? "" : text.replace('~', '\n'));
        offline(why);

        // nothing was touched, so that putting the file back is enough
        Files.write(identity, right);
        LogStore store = started("a,b");
        assertThat(store.directories()).allMatch(directory -> directory.failure().isEmpty());
        assertThat(store.open(in("a"), Broker.SMALL).bounds().endOffset()).isEqualTo(3);
        store.close();
    }

    @Test
    void twoDirectoriesWithOneIdentityAreBothOffline() throws IOException {
        LogStore three = started("a,b,c");
        three.close();
        Files.write(
                directory("b").resolve("mortise-directory"),
                Files.readAllBytes(directory("a").resolve("mortise-directory")));

        LogStore store = started("a,b,c");
        assertThat(store.directories())
                .filteredOn(directory -> directory.failure().isPresent())
                .hasSize(2)
                .allMatch(directory -> directory.failure().orElse("").contains("so one is a copy"));
        store.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mortise-directory", "recovery-point-offset-checkpoint", ".lock", ""})
    void aDirectoryOnADeadDiskIsOffline(String name) {
        twoLogs();
        Path dead = directory("a").resolve(name);
        try (Fault reads =
                        disk.failReads(
                                path -> path.startsWith(dead),
                                new IOException("Input/output error"));
                Fault writes =
                        disk.failWrites(
                                path -> path.startsWith(dead),
                                new IOException("Input/output error"));
                Fault forces =
                        disk.failForces(
                                path -> path.startsWith(dead),
                                new IOException("Input/output error"))) {
            offline("Input/output error");
            assertThat(reads.met() + writes.met() + forces.met()).isPositive();
        }
        started("a,b").close();
    }

    @Test
    void aFileInTheDirectorysPlaceTakesItOffline() throws IOException {
        LogStore store = started("b");
        store.close();
        Files.writeString(directory("a"), "no directory");

        LogStore next = started("a,b");
        assertThat(at(next, "a").failure()).isPresent();
        assertThat(at(next, "b").failure()).isEmpty();
        next.close();
    }

    @Test
    void withoutAnyUsableDirectoryTheStartIsRefusedInOneLineAndLeavesNoLock() throws IOException {
        twoLogs();
        for (String name : List.of("a", "b")) {
            Files.writeString(directory(name).resolve("mortise-directory"), "");
        }
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThatThrownBy(() -> started("a,b"))
                    .isInstanceOf(StorageException.class)
                    .hasMessageStartingWith("no log directory can be used: /data/a: ")
                    .hasMessageContaining("; /data/b: mortise-directory is empty")
                    .hasMessageContaining("remove that file, and it gets a new identity")
                    .satisfies(failed ->
                            assertThat(String.valueOf(failed.getMessage()).lines()).hasSize(1));
        }
        for (String name : List.of("a", "b")) {
            Files.delete(directory(name).resolve("mortise-directory"));
        }
        LogStore store = started("a,b");
        assertThat(store.stored()).hasSize(2);
        store.close();
    }

    @Test
    void aPartitionInTwoDirectoriesIsOfflineAndTheOthersAreServed() throws IOException {
        twoLogs();
        LogId one = in("a");
        String name = one.partition().toString();
        Path copy = Files.createDirectories(directory("b").resolve(name));
        for (String file : List.of("partition.metadata", "00000000000000000000.log")) {
            Files.copy(directory("a").resolve(name).resolve(file), copy.resolve(file));
        }
        LogStore store = started("a,b");
        assertThatThrownBy(() -> store.open(one, Broker.SMALL))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("nobody can tell whether it is in")
                .hasMessageContaining("/data/a/" + name)
                .hasMessageContaining("/data/b/" + name)
                .hasMessageContaining("move all but one of them away");
        assertThat(
                        store.open(
                                        in("b").equals(one) ? Broker.id("two", 0) : in("b"),
                                        Broker.SMALL)
                                .bounds()
                                .endOffset())
                .isEqualTo(3);
        store.close();
        assertThat(copy.resolve("00000000000000000000.log")).exists();
    }
}
