package mortise.broker.plugin.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JarFingerprintTest {
    @TempDir private Path directory;

    private Path jar(String name, String comment, int entries) throws IOException {
        Path jar = directory.resolve(name);
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            out.setComment(comment);
            for (int i = 0; i < entries; i++) {
                ZipEntry entry = new ZipEntry("entry-" + i);
                entry.setTime(0);
                out.putNextEntry(entry);
            }
        }
        return jar;
    }

    @Test
    void everyByteOfTheDirectoryCounts() throws IOException {
        for (String comment : new String[] {"", "a comment", "PK\5\6".repeat(500)}) {
            Path jar = jar("whole.jar", comment, 3);
            byte[] whole = Files.readAllBytes(jar);
            JarFingerprint fingerprint = JarFingerprint.of(jar);
            assertThat(fingerprint.bytes()).isEqualTo(whole.length);
            // the directory: three headers of 46 bytes and a name of 7
            int end = whole.length - 22 - comment.length();
            for (int at = end - 3 * (46 + 7); at < end; at++) {
                byte[] changed = whole.clone();
                changed[at] ^= 1;
                Path other = Files.write(directory.resolve("changed.jar"), changed);
                assertThat(JarFingerprint.of(other)).as("byte %d", at).isNotEqualTo(fingerprint);
            }
        }
    }

    @Test
    void whatIsNoJarHasNone() throws IOException {
        byte[] whole = Files.readAllBytes(jar("whole.jar", "", 3));
        for (int length = 0; length < whole.length; length++) {
            Path part = Files.write(directory.resolve("part.jar"), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> JarFingerprint.of(part)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aDirectoryThatWouldBeLargerThanTheFileIsNone() throws IOException {
        byte[] whole = Files.readAllBytes(jar("whole.jar", "", 3));
        whole[whole.length - 22 + 14] = 1; // the third byte of the directory's size
        Path forged = Files.write(directory.resolve("forged.jar"), whole);
        assertThatThrownBy(() -> JarFingerprint.of(forged))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no end record");
    }

    @Test
    void theZip64FormatHasNone() throws IOException {
        Path jar = jar("many.jar", "", 0xffff + 1);
        assertThatThrownBy(() -> JarFingerprint.of(jar))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ZIP64");
    }
}
