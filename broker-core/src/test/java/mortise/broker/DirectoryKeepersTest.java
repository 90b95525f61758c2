package mortise.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import mortise.api.config.ConfigException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A data directory is used by the plugins that keep it, and by no others. */
class DirectoryKeepersTest {
    private static final String RECORD = "mortise.assembly";

    @TempDir private Path temporary;

    private Path data;

    @BeforeEach
    void nameTheDirectory() {
        data = temporary.resolve("data");
    }

    private BrokerBuilder local() {
        return new BrokerBuilder()
                .set("data.directory", data.toString())
                .set("listeners", "127.0.0.1:0");
    }

    private BrokerBuilder memory() {
        return local().set("plugins.storage", "memory");
    }

    private String keptByLocal() {
        return "data directory "
                + data
                + " is kept by the storage plugin 'local', and this broker has 'memory', to which its topics would be empty; set plugins.storage to local, or name another directory with --data";
    }

    private static void isRefused(BrokerBuilder builder, String line) {
        assertThatThrownBy(builder::checkStart)
                .isInstanceOf(BrokerStartException.class)
                .hasMessage(line);
        assertThatThrownBy(builder::start)
                .isInstanceOf(BrokerStartException.class)
                .hasMessage(line);
        assertThatThrownBy(builder::offlineLogs).hasMessage(line);
    }

    @Test
    void aFormattedDirectoryRemembersItsPluginsAndWhatProtectedIt() throws IOException {
        local().set("durability", "fsync").start().close();

        assertThat(Files.readAllLines(data.resolve(RECORD)))
                .contains(
                        "format.version=1",
                        "storage=local",
                        "consensus=raft",
                        "last.durability=fsync",
                        "last.plugins.authorizer=none");
        assertThat(data.resolve(RECORD + ".new")).doesNotExist();
    }

    @Test
    void anotherStoreIsRefusedByName() {
        local().start().close();

        isRefused(memory(), keptByLocal());
        local().start().close();
    }

    @Test
    void aBrokerInMemoryThatIsPointedAtKeptDataIsRefused() {
        local().start().close();

        isRefused(memory().set("consensus.raft.storage", "memory"), keptByLocal());
    }

    @Test
    void aQuorumThatKeepsNothingThereIsRefused() {
        memory().start().close();

        isRefused(
                memory().set("consensus.raft.storage", "memory"),
                "data directory "
                        + data
                        + " is kept by the consensus plugin 'raft', and this broker has it keep nothing there, which would know none of its topics; have it keep its files on disk, or name another directory with --data");
    }

    @Test
    void aStoreThatKeptNothingThereMayBeReplaced() throws IOException {
        memory().start().close();
        assertThat(Files.readAllLines(data.resolve(RECORD))).contains("storage=", "consensus=raft");

        local().start().close();

        assertThat(Files.readAllLines(data.resolve(RECORD))).contains("storage=local");
        isRefused(memory(), keptByLocal());
    }

    @Test
    void aDirectoryOfAVersionWithoutTheRecordIsTakenForWhatItsFilesShow() throws IOException {
        local().start().close();
        Files.delete(data.resolve(RECORD));

        isRefused(memory(), keptByLocal());
        assertThat(data.resolve(RECORD)).as("a refusal writes nothing").doesNotExist();

        local().start().close();
        assertThat(Files.readAllLines(data.resolve(RECORD)))
                .contains("storage=local", "consensus=raft");
    }

    @Test
    void anOldDirectoryWithFilesOfAPluginThatIsNotThereIsRefused() throws IOException {
        memory().start().close();
        Files.delete(data.resolve(RECORD));
        Files.writeString(Files.createDirectories(data.resolve("cloud")).resolve("0.log"), "x");

        isRefused(
                memory(),
                "data directory "
                        + data
                        + " has files of 'cloud', and this broker has no plugin of that name; start with the broker that made it, or name another directory with --data");
    }

    @Test
    void emptyTracesOfAStoreThatWasOnlyTriedOutDoNotCount() throws IOException {
        local().start().close();
        Files.delete(data.resolve(RECORD));
        Files.createDirectories(data.resolve("memory"));

        isRefused(memory(), keptByLocal());
        local().start().close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "format.version=1\n", "storage=local\nconsensus=raft\n"})
    void aDamagedRecordIsNamed(String text) throws IOException {
        local().start().close();
        Files.writeString(data.resolve(RECORD), text);

        isRefused(
                local(),
                data.resolve(RECORD)
                        + " is damaged: it lacks its version, its plugins or its end; restore it, or remove it and start with the plugins that keep this directory");
    }

    @Test
    void aRecordOfALaterVersionIsNotGuessedAt() throws IOException {
        local().start().close();
        Path record = data.resolve(RECORD);
        Files.writeString(record, Files.readString(record).replace("version=1", "version=2"));

        isRefused(
                local(),
                record
                        + " says format version '2'; this version reads 1; use the version of Mortise that wrote it, or a newer one");
    }

    @Test
    void recordsOnDiskDoNotGoWithAQuorumThatForgets() {
        BrokerBuilder builder = local().set("consensus.raft.storage", "memory");
        String line =
                "plugins.consensus: storage-local keeps records on disk, but consensus-raft as configured forgets the topics that they belong to when the broker stops; configure a durable consensus-raft, or choose a storage plugin that is not durable either";

        assertThatThrownBy(builder::checkStart)
                .isInstanceOf(ConfigException.class)
                .hasMessage(line);
        assertThatThrownBy(builder::start).isInstanceOf(ConfigException.class).hasMessage(line);
        assertThat(data).doesNotExist();
    }

    @Test
    void aStoreInMemoryClaimsNoDurability() {
        try (Broker broker = memory().start()) {
            assertThat(broker.status().durability()).isEqualTo("none");
            assertThat(broker.status().authorizer()).isEmpty();
        }
    }

    @Test
    void aConfigurationByItselfIsCheckedWithoutTheDirectory() {
        local().start().close();

        assertThatCode(() -> memory().check()).doesNotThrowAnyException();
    }

    @Test
    void checkingADirectoryThatIsNotThereYetMakesNone() {
        assertThatCode(() -> local().checkStart()).doesNotThrowAnyException();
        assertThat(data).doesNotExist();
    }
}
