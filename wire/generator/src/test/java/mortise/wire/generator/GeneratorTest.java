package mortise.wire.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeneratorTest {
    @TempDir private Path home;

    private Path schemas;
    private Path out;

    @BeforeEach
    void createSchemaFolder() throws IOException {
        schemas = Files.createDirectory(home.resolve("schemas"));
        out = home.resolve("out");
    }

    @Test
    void everySchemaBecomesAClassOfThePackage() throws IOException {
        schema("PingRequest", "request", 0, "0-1");
        schema("PingResponse", "response", 0, "0-1");

        run("--api-keys", "a.b");

        assertThat(out.resolve("a/b/message/PingRequest.java"))
                .content()
                .startsWith("// Generated from PingRequest.json")
                .contains("package a.b.message;")
                .contains("public final class PingRequest implements ApiMessage {");
        assertThat(out.resolve("a/b/message/package-info.java")).exists();
        assertThat(out.resolve("a/b/ApiKey.java"))
                .content()
                .contains("PING(0, \"Ping\", 0, 1, 1, 1, false, Set.of());");
    }

    @Test
    void aSchemaWithoutVersionsIsAnApiWithoutMessages() throws IOException {
        schema("PingRequest", "request", 0, "none");
        schema("PingResponse", "response", 0, "none");

        run("--api-keys", "a.b");

        assertThat(out.resolve("a/b/message/PingRequest.java")).doesNotExist();
        assertThat(out.resolve("a/b/ApiKey.java"))
                .content()
                .contains("Ping, of which no version is left.");
    }

    @Test
    void onlyWhatDiffersIsWrittenAndWhatIsGoneIsDeleted() throws IOException {
        schema("OneRecord", "metadata", 1, "0");
        schema("TwoRecord", "metadata", 2, "0");
        run();
        Path one = out.resolve("a/b/message/OneRecord.java");
        Path two = out.resolve("a/b/message/TwoRecord.java");
        FileTime longAgo = FileTime.fromMillis(1_000_000);
        Files.setLastModifiedTime(one, longAgo);
        Files.setLastModifiedTime(two, longAgo);

        Files.delete(schemas.resolve("TwoRecord.json"));
        run();

        assertThat(Files.getLastModifiedTime(one)).isEqualTo(longAgo);
        assertThat(two).doesNotExist();
    }

    @Test
    void metadataRecordsAreASealedFamilyAndFoundByNumber() throws IOException {
        schema("TwoRecord", "metadata", 2, "0");
        schema("OneRecord", "metadata", 1, "0-2");
        schema("PingRequest", "request", 0, "0");

        run("--records", "Entry");

        assertThat(out.resolve("a/b/message/EntryType.java"))
                .content()
                .contains("ONE_RECORD(1, 0, 2),")
                .contains("TWO_RECORD(2, 0, 0);")
                .contains("case 1 -> ONE_RECORD;")
                .contains("public Entry newRecord()");
        assertThat(out.resolve("a/b/message/Entry.java"))
                .content()
                .contains("sealed interface Entry extends ApiMessage permits OneRecord, TwoRecord");
        assertThat(out.resolve("a/b/message/OneRecord.java"))
                .content()
                .contains("public final class OneRecord implements Entry {");
        assertThat(out.resolve("a/b/message/PingRequest.java"))
                .content()
                .contains("public final class PingRequest implements ApiMessage {");
    }

    @Test
    void twoSchemasWithOneNumberAreRefused() throws IOException {
        schema("OneRecord", "metadata", 1, "0");
        schema("TwoRecord", "metadata", 1, "0");

        assertThatThrownBy(() -> run("--records", "Entry"))
                .isInstanceOf(SchemaException.class)
                .hasMessage("OneRecord and TwoRecord have the same \"apiKey\" 1");
    }

    @Test
    void aRequestNeedsItsResponseInTheSameVersions() throws IOException {
        schema("PingRequest", "request", 0, "0");
        assertThatThrownBy(() -> run("--api-keys", "a.b"))
                .isInstanceOf(SchemaException.class)
                .hasMessage(
                        "requests exist for the API keys [0] but responses for []; each API needs"
                                + " both");

        schema("PingResponse", "response", 0, "0-1");
        assertThatThrownBy(() -> run("--api-keys", "a.b"))
                .isInstanceOf(SchemaException.class)
                .hasMessage(
                        "PingRequest (versions 0) and PingResponse (versions 0-1) have the API key"
                                + " 0, want the same name and the same versions");
    }

    @Test
    void argumentsThatAreNotUnderstoodAreRefused() {
        assertThatThrownBy(() -> Main.main(new String[] {"--scheemas", "x"}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "reading the arguments of the message generator: --scheemas is not known,"
                                + " want --schemas, --package, --out, --api-keys, --records");
        assertThatThrownBy(() -> Main.main(new String[] {"--out"}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("reading the arguments of the message generator: --out has no value");
        assertThatThrownBy(() -> Main.main(new String[] {"--out", "x"}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the message generator needs --schemas VALUE");
        assertThatThrownBy(this::run)
                .isInstanceOf(SchemaException.class)
                .hasMessage("generating messages: no *.json in " + schemas);
    }

    @Test
    void constantsAreTheWordsOfTheName() {
        assertThat(Names.constant("OffsetForLeaderEpoch")).isEqualTo("OFFSET_FOR_LEADER_EPOCH");
        assertThat(Names.constant("KRaftVersion")).isEqualTo("K_RAFT_VERSION");
        assertThat(Names.constant("HTTPProxy")).isEqualTo("HTTP_PROXY");
    }

    private void schema(String name, String type, int apiKey, String versions) throws IOException {
        String fields =
                versions.equals("none")
                        ? ""
                        : ", \"flexibleVersions\": \"1+\", \"fields\": ["
                                + "{ \"name\": \"Id\", \"type\": \"int32\", \"versions\": \"0+\" }]";
        Files.writeString(
                schemas.resolve(name + ".json"),
                String.format(
                        Locale.ROOT,
                        "// a comment\n{ \"type\": \"%s\", \"name\": \"%s\", \"apiKey\": %d,"
                                + " \"validVersions\": \"%s\"%s }",
                        type,
                        name,
                        apiKey,
                        versions,
                        fields));
    }

    private void run(String... more) throws IOException {
        String[] fixed = {
            "--schemas", schemas.toString(), "--package", "a.b.message", "--out", out.toString()
        };
        String[] all = Arrays.copyOf(fixed, fixed.length + more.length);
        System.arraycopy(more, 0, all, fixed.length, more.length);
        Main.main(all);
    }
}
