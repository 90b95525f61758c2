package mortise.simulation.mutation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.net.URL;
import java.util.List;

/**
 * Loads the broker, its plugins and the simulator once more, with a mutation in it, beside the real
 * classes of this process. Production code has no hook for it.
 */
final class MutantLoader extends ClassLoader {
    private static final List<String> OWN =
            List.of(
                    "mortise.broker.",
                    "mortise.metadata.",
                    "mortise.coordinator.",
                    "mortise.storage.",
                    "mortise.consensus.",
                    "mortise.placement.",
                    "mortise.simulation.");

    private final Mutation mutation;
    private int places;

    MutantLoader(Mutation mutation) {
        super(MutantLoader.class.getClassLoader());
        this.mutation = mutation;
    }

    /** In how many places the mutation was made so far. */
    int places() {
        return places;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (OWN.stream().noneMatch(name::startsWith)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        URL resource = getResource(name.replace('.', '/') + ".class");
        if (resource == null) {
            throw new ClassNotFoundException(name);
        }
        byte[] bytes;
        try (InputStream in = resource.openStream()) {
            bytes = in.readAllBytes();
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read " + resource, failure);
        }
        for (Mutation.Point point : mutation.points()) {
            if (point.type().equals(name)) {
                bytes = mutated(bytes, point);
            }
        }
        return defineClass(name, bytes, 0, bytes.length);
    }

    private byte[] mutated(byte[] bytes, Mutation.Point point) {
        ClassFile classFile =
                ClassFile.of(
                        ClassFile.ClassHierarchyResolverOption.of(
                                ClassHierarchyResolver.ofResourceParsing(this)));
        ClassModel model = classFile.parse(bytes);
        return classFile.transformClass(
                model,
                ClassTransform.transformingMethods(
                        method -> concerns(point, method), transform(point)));
    }

    private static boolean concerns(Mutation.Point point, MethodModel method) {
        return method.code().isPresent()
                && (point.method().isEmpty() || method.methodName().equalsString(point.method()));
    }

    private MethodTransform transform(Mutation.Point point) {
        return switch (point.change()) {
            case Change.Return(int value) ->
                    replacingCode((builder, method) -> {
                        ClassDesc type = method.methodTypeSymbol().returnType();
                        Change.push(builder, type, value);
                        builder.return_(TypeKind.from(type));
                    });
            case Change.ReturnField(String owner, String field) ->
                    replacingCode((builder, method) -> {
                        ClassDesc type = ClassDesc.of(owner);
                        builder.getstatic(type, field, type).areturn();
                    });
            case Change.OfCalls calls -> MethodTransform.transformingCode(replacingCalls(calls));
        };
    }

    /** Writes the code of a method. */
    private interface Body {
        void write(java.lang.classfile.CodeBuilder builder, MethodModel method);
    }

    private MethodTransform replacingCode(Body body) {
        return (builder, element) -> {
            if (element instanceof java.lang.classfile.CodeModel code) {
                places++;
                MethodModel method = code.parent().orElseThrow();
                builder.withCode(written -> body.write(written, method));
            } else {
                builder.with(element);
            }
        };
    }

    private CodeTransform replacingCalls(Change.OfCalls calls) {
        return (builder, element) -> {
            if (calls.replace(builder, element)) {
                places++;
            } else {
                builder.with(element);
            }
        };
    }
}
