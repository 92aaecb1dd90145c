// Security keys: a form with data-passkey="create" or "get" asks the browser for a
// credential by the options in #js_data and sends it in its field "credential".

type Options = { publicKey: Record<string, unknown> };

function bytes(text: string): ArrayBuffer {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0)).buffer;
}

function text(buffer: ArrayBuffer | null): string | null {
  if (!buffer) return null;
  const plain = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function withBytes(items: unknown): { id: ArrayBuffer }[] {
  return ((items as { id: string }[] | undefined) ?? []).map((item) => ({ ...item, id: bytes(item.id) }));
}

function described(credential: PublicKeyCredential, response: Record<string, string | null>): unknown {
  return {
    type: credential.type,
    id: credential.id,
    rawId: text(credential.rawId),
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { clientDataJSON: text(credential.response.clientDataJSON), ...response },
  };
}

async function created(options: Options): Promise<unknown> {
  const asked = options.publicKey as { challenge: string; user: { id: string }; excludeCredentials?: unknown };
  const credential = (await navigator.credentials.create({
    publicKey: {
      ...asked,
      challenge: bytes(asked.challenge),
      user: { ...asked.user, id: bytes(asked.user.id) },
      excludeCredentials: withBytes(asked.excludeCredentials),
    } as unknown as PublicKeyCredentialCreationOptions,
  })) as PublicKeyCredential;
  const answer = credential.response as AuthenticatorAttestationResponse;
  return described(credential, { attestationObject: text(answer.attestationObject) });
}

async function shown(options: Options): Promise<unknown> {
  const asked = options.publicKey as { challenge: string; allowCredentials?: unknown };
  const credential = (await navigator.credentials.get({
    publicKey: {
      ...asked,
      challenge: bytes(asked.challenge),
      allowCredentials: withBytes(asked.allowCredentials),
    } as unknown as PublicKeyCredentialRequestOptions,
  })) as PublicKeyCredential;
  const answer = credential.response as AuthenticatorAssertionResponse;
  return described(credential, {
    authenticatorData: text(answer.authenticatorData),
    signature: text(answer.signature),
    userHandle: text(answer.userHandle),
  });
}

function tell(form: HTMLFormElement, words: string): void {
  const place = form.querySelector("[data-passkey-error]") ?? document.createElement("p");
  place.setAttribute("data-passkey-error", "");
  place.setAttribute("role", "alert");
  place.className = "passkey-error";
  place.textContent = words;
  form.append(place);
}

for (const form of Array.from(document.querySelectorAll<HTMLFormElement>("form[data-passkey]"))) {
  const button = form.querySelector<HTMLButtonElement>("button[type=button]");
  button?.addEventListener("click", () => {
    if (!window.PublicKeyCredential) {
      tell(form, "这个浏览器不支持安全密钥，请改用身份验证器，或换用新版浏览器。");
      return;
    }
    const data = JSON.parse(document.getElementById("js_data")?.textContent ?? "{}") as Record<string, Options>;
    const creating = form.dataset.passkey === "create";
    const options = creating ? data.creation_options : data.request_options;
    if (!options) return;
    button.disabled = true;
    (creating ? created(options) : shown(options))
      .then((credential) => {
        const field = form.querySelector<HTMLInputElement>("[name=credential]");
        if (field) field.value = JSON.stringify(credential);
        form.submit();
      })
      .catch(() => {
        button.disabled = false;
        tell(form, "没有完成：密钥未响应、已取消，或这把密钥已经添加过。请再试一次。");
      });
  });
}
