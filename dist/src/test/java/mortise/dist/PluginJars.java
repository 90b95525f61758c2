package mortise.dist;

import java.io.IOException;
import java.io.StringWriter;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.attribute.ModuleAttribute;
import java.lang.classfile.attribute.ModuleRequireInfo;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * A jar of a stranger, compiled from source against the assembled broker's jars as a plugin author
 * would, without anything of this build.
 */
final class PluginJars {
    private static final Pattern TYPE =
            Pattern.compile("(?:class|interface|record|enum|module)\\s+([\\w.]+)");
    private static final Pattern PACKAGE = Pattern.compile("package\\s+([\\w.]+);");

    private final Map<String, String> sources = new LinkedHashMap<>();
    private final Map<String, String> files = new LinkedHashMap<>();
    private final List<Path> libraries = new ArrayList<>();
    private Optional<String> version = Optional.empty();
    private Optional<String> spiVersion = Optional.empty();

    /** Adds a source file; its place follows from what it declares. */
    PluginJars source(String text) {
        Matcher type = TYPE.matcher(text);
        if (!type.find()) {
            throw new IllegalArgumentException("declares no type: " + text);
        }
        Matcher inPackage = PACKAGE.matcher(text);
        boolean module = text.stripLeading().startsWith("module") || text.contains("\nmodule ");
        String name = module ? "module-info" : type.group(1);
        sources.put(
                (inPackage.find() ? inPackage.group(1).replace('.', '/') + "/" : "")
                        + name
                        + ".java",
                text);
        return this;
    }

    /** Adds any other file. */
    PluginJars file(String name, String content) {
        files.put(name, content);
        return this;
    }

    /** Compiles against a further jar. */
    PluginJars with(Path library) {
        libraries.add(library);
        return this;
    }

    /** The version in the module descriptor. */
    PluginJars version(String text) {
        version = Optional.of(text);
        return this;
    }

    /** Pretends that the plugin was compiled against this version of the plugin interfaces. */
    PluginJars compiledAgainst(String text) {
        spiVersion = Optional.of(text);
        return this;
    }

    /** Compiles, and writes the jar. */
    Path write(Path jar) throws IOException {
        Path work = Files.createTempDirectory("plugin");
        for (Map.Entry<String, String> source : sources.entrySet()) {
            Path file = work.resolve("src").resolve(source.getKey());
            Files.createDirectories(file.getParent());
            Files.writeString(file, source.getValue());
        }
        Path classes = Files.createDirectories(work.resolve("classes"));
        compile(work.resolve("src"), classes);
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path target = classes.resolve(file.getKey());
            Files.createDirectories(target.getParent());
            Files.writeString(target, file.getValue());
        }
        if (spiVersion.isPresent()) {
            pretend(classes.resolve("module-info.class"), spiVersion.get());
        }
        Files.createDirectories(jar.getParent());
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> all = Files.walk(classes)) {
            for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                out.write(Files.readAllBytes(file));
                out.closeEntry();
            }
        }
        return jar;
    }

    private void compile(Path sourceRoot, Path classes) throws IOException {
        String path =
                Stream.concat(broker().stream(), libraries.stream())
                        .map(Path::toString)
                        .collect(Collectors.joining(System.getProperty("path.separator")));
        List<String> options = new ArrayList<>(List.of("-proc:none", "-d", classes.toString()));
        options.addAll(
                List.of(sources.containsKey("module-info.java") ? "--module-path" : "-cp", path));
        version.ifPresent(text -> options.addAll(List.of("--module-version", text)));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager manager =
                        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
                Stream<Path> all = Files.walk(sourceRoot)) {
            Iterable<? extends JavaFileObject> units =
                    manager.getJavaFileObjectsFromPaths(all.filter(Files::isRegularFile).toList());
            if (!compiler.getTask(messages, manager, null, options, null, units).call()) {
                throw new IllegalStateException("the plugin does not compile: " + messages);
            }
        }
    }

    private static List<Path> broker() throws IOException {
        try (Stream<Path> jars = Files.list(BrokerProcess.HOME.resolve("lib"))) {
            List<Path> all =
                    new ArrayList<>(
                            jars.filter(jar ->
                                            String.valueOf(jar.getFileName())
                                                    .matches("mortise-(api|spi|record)-.*"))
                                    .toList());
            // annotations of the interfaces; needed to compile, not to run
            all.add(
                    Path.of(
                            org.jspecify.annotations.NullMarked.class
                                    .getProtectionDomain()
                                    .getCodeSource()
                                    .getLocation()
                                    .getPath()));
            return all;
        }
    }

    private static void pretend(Path descriptor, String spiVersion) throws IOException {
        ClassFile classFile = ClassFile.of();
        ClassModel model = classFile.parse(descriptor);
        ClassTransform transform =
                (builder, element) -> {
                    if (element instanceof ModuleAttribute module) {
                        builder.with(
                                ModuleAttribute.of(
                                        module.moduleName(),
                                        changed -> {
                                            module.moduleVersion()
                                                    .ifPresent(text ->
                                                            changed.moduleVersion(
                                                                    text.stringValue()));
                                            for (ModuleRequireInfo required : module.requires()) {
                                                String name =
                                                        required.requires().name().stringValue();
                                                changed.requires(
                                                        required.requires().asSymbol(),
                                                        required.requiresFlagsMask(),
                                                        name.startsWith("mortise.")
                                                                ? spiVersion
                                                                : null);
                                            }
                                            module.provides().forEach(changed::provides);
                                        }));
                    } else {
                        builder.with(element);
                    }
                };
        Files.write(descriptor, classFile.transformClass(model, transform));
    }
}
