package mortise.dist.assembly;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;

/**
 * The licences of the jars of other people: the texts that they carry, and one index of what each
 * says about itself.
 */
final class Licences {
    private static final Pattern TEXT =
            Pattern.compile("(META-INF/)?[^/]*(LICEN[CS]E|NOTICE|COPYING)[^/]*");
    private static final Pattern POM = Pattern.compile("META-INF/maven/.*/pom\\.xml");
    private static final Pattern POM_LICENCE =
            Pattern.compile("<license>.*?<name>(.*?)</name>.*?</license>", Pattern.DOTALL);

    private Licences() {}

    /** Writes the texts and the index below {@code licences}. */
    static void write(Tree tree, Collection<Path> jars) {
        StringBuilder index = new StringBuilder();
        index.append("The libraries of this broker and what each says about its licence.\n");
        index.append("Texts that a library carries are in the directory of its name.\n\n");
        for (Path jar : new TreeSet<>(jars)) {
            index.append(describe(tree, jar));
        }
        tree.write("licences/index.txt", index.toString());
    }

    private static String describe(Tree tree, Path jar) {
        String name = jar.getFileName().toString();
        try (JarFile file = new JarFile(jar.toString())) {
            for (ZipEntry entry : file.stream().toList()) {
                if (TEXT.matcher(entry.getName()).matches() && !entry.isDirectory()) {
                    tree.write(
                            "licences/"
                                    + name.replaceFirst("\\.jar$", "")
                                    + "/"
                                    + entry.getName().replace("META-INF/", ""),
                            file.getInputStream(entry).readAllBytes());
                }
            }
            return name + ": " + said(file) + "\n";
        } catch (IOException failure) {
            throw new UncheckedIOException("reading " + jar, failure);
        }
    }

    private static String said(JarFile jar) throws IOException {
        Manifest manifest = jar.getManifest();
        String bundle =
                manifest == null
                        ? null
                        : manifest.getMainAttributes()
                                .getValue(new Attributes.Name("Bundle-License"));
        if (bundle != null) {
            return bundle;
        }
        List<String> names = new ArrayList<>();
        for (ZipEntry entry : jar.stream().toList()) {
            if (POM.matcher(entry.getName()).matches()) {
                String pom =
                        new String(
                                jar.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
                Matcher licence = POM_LICENCE.matcher(pom);
                while (licence.find()) {
                    names.add(licence.group(1).strip());
                }
            }
        }
        return names.isEmpty()
                ? "says nothing in its jar; see the project's page"
                : String.join(", ", names);
    }
}
