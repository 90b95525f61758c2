package mortise.broker.plugin.folder;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.ModuleAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.ModuleDesc;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;

/** A jar of empty classes and short texts. */
final class SmallJar {
    private final Map<String, byte[]> entries = new LinkedHashMap<>();

    /** Adds an empty public class. */
    SmallJar type(String binaryName) {
        return bytes(
                binaryName.replace('.', '/') + ".class",
                ClassFile.of()
                        .build(
                                ClassDesc.of(binaryName),
                                builder ->
                                        builder.withFlags(
                                                ClassFile.ACC_PUBLIC | ClassFile.ACC_SUPER)));
    }

    /**
     * Adds the descriptor of a module.
     *
     * @param requires what it requires beside Java's base; optionally if it begins with {@code
     *     static}
     */
    SmallJar module(String name, String... requires) {
        return bytes(
                "module-info.class",
                ClassFile.of()
                        .buildModule(
                                ModuleAttribute.of(
                                        ModuleDesc.of(name),
                                        module -> {
                                            module.requires(
                                                    ModuleDesc.of("java.base"),
                                                    ClassFile.ACC_MANDATED,
                                                    null);
                                            for (String required : requires) {
                                                module.requires(
                                                        ModuleDesc.of(
                                                                required.replace("static ", "")),
                                                        required.startsWith("static ")
                                                                ? ClassFile.ACC_STATIC_PHASE
                                                                : 0,
                                                        null);
                                            }
                                        })));
    }

    /** Adds any other file; a directory if the name ends in a slash. */
    SmallJar file(String name, String content) {
        return bytes(name, content.getBytes(StandardCharsets.UTF_8));
    }

    private SmallJar bytes(String name, byte[] content) {
        entries.put(name, content);
        return this;
    }

    /** Writes it, the same bytes for the same entries. */
    Path write(Path jar) throws IOException {
        Files.createDirectories(jar.getParent());
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                ZipEntry header = new ZipEntry(entry.getKey());
                header.setTime(0);
                out.putNextEntry(header);
                out.write(entry.getValue());
                out.closeEntry();
            }
        }
        return jar;
    }
}
