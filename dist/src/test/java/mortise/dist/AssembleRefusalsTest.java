package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What {@code mortise assemble} refuses, each in one line with cause and remedy. */
@ExtendWith(ErrorsPage.class)
class AssembleRefusalsTest {
    @TempDir Path directory;

    private BrokerProcess.Finished assemble(String plugins, String target, String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "assemble",
                                "--with",
                                plugins,
                                "--to",
                                directory.resolve(target).toString()));
        arguments.addAll(List.of(more));
        return BrokerProcess.run(Map.of(), BrokerProcess.command(arguments), "");
    }

    private void refused(BrokerProcess.Finished finished, String... parts) {
        ErrorsPage.saw(finished.err());
        assertThat(finished.status()).as("%s%s", finished.out(), finished.err()).isEqualTo(1);
        assertThat(finished.err().lines()).as(finished.err()).hasSize(1);
        assertThat(finished.err()).contains(parts);
        assertThat(directory.resolve("refused")).doesNotExist();
    }

    private static List<String> entries(Path folder) throws IOException {
        try (Stream<Path> found = Files.list(folder)) {
            return found.map(path -> path.getFileName().toString()).toList();
        }
    }

    @Test
    void impossibleCombinationsAreRefusedWithTheReason() {
        refused(assemble("consensus-raft", "refused"), "storage", "storage-local, storage-memory");
        refused(assemble("storage-memory", "refused"), "consensus-raft");
        refused(
                assemble("storage-local,storage-memory,consensus-raft", "refused"),
                "are 2 storage plugins",
                "--set plugins.storage=local");
        refused(
                assemble(
                        "storage-local,consensus-raft",
                        "refused",
                        "--set",
                        "plugins.storage=memory"),
                "not among the chosen plugins",
                "storage-memory");
        refused(
                assemble(
                        "storage-local,consensus-raft",
                        "refused",
                        "--set",
                        "consensus.raft.storage=memory"),
                "storage-local keeps records on disk");
    }

    @Test
    void anUnknownPluginNamesTheNearestAndListsAll() {
        refused(
                assemble("storage-loca,consensus-raft", "refused"),
                "did you mean storage-local",
                "known are codec-lz4");
    }

    @Test
    void settingsThatAreNoneAreRefused() {
        refused(
                assemble("storage-local,consensus-raft", "refused", "--set", "node.idd=1"),
                "node.idd",
                "did you mean node.id");
        refused(
                assemble(
                        "storage-local,consensus-raft",
                        "refused",
                        "--set",
                        "storage.memory.max-bytes=1GiB"),
                "is a key of storage-memory, which is not chosen");
    }

    @Test
    void aDirectoryWithContentIsRefusedAndLeftAlone() throws IOException {
        Path target = Files.createDirectories(directory.resolve("full"));
        Files.writeString(target.resolve("precious"), "mine");
        refused(assemble("storage-local,consensus-raft", "full"), "is not empty", "precious");
        assertThat(entries(target)).containsExactly("precious");
        Path file = Files.writeString(directory.resolve("file"), "mine");
        refused(assemble("storage-local,consensus-raft", "file"), "is a file");
        assertThat(file).hasContent("mine");
    }

    @Test
    void aPlaceWhereNoTarFileCanBeIsNamedBeforeAnythingIsLaidOut() {
        refused(
                assemble(
                        "storage-local,consensus-raft",
                        "refused",
                        "--tar",
                        directory.resolve("missing/broker.tar").toString()),
                "there is no directory " + directory.resolve("missing"));
        refused(
                assemble("storage-local,consensus-raft", "refused", "--tar", directory.toString()),
                "is a directory");
        refused(
                assemble(
                        "storage-local,consensus-raft",
                        "refused",
                        "--tar",
                        directory.resolve("refused/broker.tar").toString()),
                "lies in the directory that it is to hold");
    }

    @Test
    void blanksBetweenPluginsAreNoPartOfTheirNames() {
        refused(assemble("storage-local, storage-memory ,consensus-raft", "refused"), "are 2");
        refused(
                BrokerProcess.run(
                        "assemble",
                        "--with",
                        "storage-local,",
                        "storage-memory,",
                        "consensus-raft",
                        "--to",
                        directory.resolve("refused").toString()),
                "are 2");
    }

    @Test
    void aDirectoryWithoutALockIsNamed() {
        refused(
                BrokerProcess.run("assemble", "--check", directory.toString()),
                "is no assembled broker");
    }
}
